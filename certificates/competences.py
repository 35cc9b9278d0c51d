"""Names of the digital competences that courses and credentials refer to by code.

Codes and Vietnamese names follow the framework of Circular 02/2025/TT-BGDĐT; 0.1 and 0.2, on devices, follow letter
3139/BTTTT-KTS&XHS of 2024. English names follow DigComp.
"""

from typing import Final

FRAMEWORK: Final = "Khung năng lực số cho người học, Thông tư 02/2025/TT-BGDĐT"
COMPETENCE_ADDRESS: Final = "urn:lopso:competence:"
"""Identifies a competence in credentials; the circular itself gives its competences no addresses."""

COMPETENCES: Final[dict[str, dict[str, str]]] = {
    "0.1": {
        "vi": "Sử dụng thiết bị",
        "en": "Using devices",
        "ar": "استخدام الأجهزة",
    },
    "0.2": {
        "vi": "Sử dụng phần mềm trên thiết bị",
        "en": "Using software on devices",
        "ar": "استخدام البرامج على الأجهزة",
    },
    "1": {
        "vi": "Khai thác dữ liệu và thông tin",
        "en": "Data & information",
        "ar": "استثمار البيانات والمعلومات",
    },
    "1.1": {
        "vi": "Duyệt, tìm kiếm và lọc dữ liệu, thông tin và nội dung số",
        "en": "Browsing, searching, filtering",
        "ar": "التصفّح والبحث والتصفية",
    },
    "1.2": {
        "vi": "Đánh giá dữ liệu, thông tin và nội dung số",
        "en": "Evaluating",
        "ar": "تقييم المعلومات",
    },
    "1.3": {
        "vi": "Quản lý dữ liệu, thông tin và nội dung số",
        "en": "Managing",
        "ar": "إدارة المعلومات",
    },
    "2": {
        "vi": "Giao tiếp và hợp tác trong môi trường số",
        "en": "Communication & collaboration",
        "ar": "التواصل والتعاون الرقمي",
    },
    "2.1": {
        "vi": "Tương tác thông qua công nghệ số",
        "en": "Interacting",
        "ar": "التفاعل",
    },
    "2.2": {
        "vi": "Chia sẻ thông tin và nội dung thông qua công nghệ số",
        "en": "Sharing",
        "ar": "المشاركة",
    },
    "2.3": {
        "vi": "Sử dụng công nghệ số để thực hiện trách nhiệm công dân",
        "en": "Engaging in citizenship",
        "ar": "ممارسة المواطنة رقميًا",
    },
    "2.4": {
        "vi": "Hợp tác thông qua công nghệ số",
        "en": "Collaborating",
        "ar": "التعاون",
    },
    "2.5": {
        "vi": "Quy tắc ứng xử trên mạng",
        "en": "Netiquette",
        "ar": "آداب السلوك على الشبكة",
    },
    "2.6": {
        "vi": "Quản lý danh tính số",
        "en": "Managing digital identity",
        "ar": "إدارة الهوية الرقمية",
    },
    "3": {
        "vi": "Sáng tạo nội dung số",
        "en": "Digital content creation",
        "ar": "إنشاء المحتوى الرقمي",
    },
    "3.1": {
        "vi": "Phát triển nội dung số",
        "en": "Developing content",
        "ar": "تطوير المحتوى",
    },
    "3.2": {
        "vi": "Tích hợp và tạo lập lại nội dung số",
        "en": "Integrating and re-elaborating",
        "ar": "دمج المحتوى وإعادة صياغته",
    },
    "3.3": {
        "vi": "Thực thi bản quyền và giấy phép",
        "en": "Copyright and licences",
        "ar": "حقوق النشر والتراخيص",
    },
    "3.4": {
        "vi": "Lập trình",
        "en": "Programming",
        "ar": "البرمجة",
    },
    "4": {
        "vi": "An toàn",
        "en": "Safety",
        "ar": "السلامة",
    },
    "4.1": {
        "vi": "Bảo vệ thiết bị",
        "en": "Protecting devices",
        "ar": "حماية الأجهزة",
    },
    "4.2": {
        "vi": "Bảo vệ dữ liệu cá nhân và quyền riêng tư",
        "en": "Personal data and privacy",
        "ar": "حماية البيانات الشخصية والخصوصية",
    },
    "4.3": {
        "vi": "Bảo vệ sức khỏe và an sinh số",
        "en": "Health and well-being",
        "ar": "حماية الصحة والرفاه الرقمي",
    },
    "4.4": {
        "vi": "Bảo vệ môi trường",
        "en": "Environment",
        "ar": "حماية البيئة",
    },
    "5": {
        "vi": "Giải quyết vấn đề",
        "en": "Problem solving",
        "ar": "حل المشكلات",
    },
    "5.1": {
        "vi": "Giải quyết các vấn đề kỹ thuật",
        "en": "Technical problems",
        "ar": "حل المشكلات التقنية",
    },
    "5.2": {
        "vi": "Xác định nhu cầu và giải pháp công nghệ",
        "en": "Needs and technological responses",
        "ar": "تحديد الاحتياجات والحلول",
    },
    "5.3": {
        "vi": "Sử dụng sáng tạo công nghệ số",
        "en": "Creative use",
        "ar": "الاستخدام الإبداعي",
    },
    "5.4": {
        "vi": "Xác định các vấn đề cần cải thiện về năng lực số",
        "en": "Competence gaps",
        "ar": "تحديد فجوات الكفاءة",
    },
    "6": {
        "vi": "Ứng dụng trí tuệ nhân tạo",
        "en": "Applying AI",
        "ar": "تطبيقات الذكاء الاصطناعي",
    },
    "6.1": {
        "vi": "Hiểu biết về trí tuệ nhân tạo",
        "en": "Understanding AI",
        "ar": "فهم الذكاء الاصطناعي",
    },
    "6.2": {
        "vi": "Sử dụng trí tuệ nhân tạo",
        "en": "Using AI",
        "ar": "استخدام الذكاء الاصطناعي",
    },
    "6.3": {
        "vi": "Đánh giá trí tuệ nhân tạo",
        "en": "Evaluating AI",
        "ar": "تقييم الذكاء الاصطناعي",
    },
}


def competence_name(code: str, locale: str) -> str:
    """The name of a competence in a language; the code itself when it is not one of the framework's."""
    return COMPETENCES.get(code, {}).get(locale, code)
