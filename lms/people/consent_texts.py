"""What people agree to, word for word, by version. A version that was used is never changed: a new one is
added.
"""

from __future__ import annotations

from typing import Final

CURRENT: Final = "2026-11-01"
"""The version that is shown and recorded now."""

_FIRST = {
    "attend": {
        "vi": "Tôi đồng ý để {unit} ghi lại họ tên, ngày sinh hoặc năm sinh, nơi ở và số điện thoại "
        "của tôi, nhằm xếp lớp, "
        "điểm danh và báo lịch học cho tôi.",
        "en": "I agree that {unit} keeps my name, my date or year of birth, where I live and my phone "
        "number, in order to "
        "place me in a class, take attendance and tell me when it meets.",
        "ar": "أوافق على أن تحتفظ {unit} باسمي وتاريخ ميلادي أو سنته ومكان سكني ورقم هاتفي، من أجل "
        "تسجيلي في فصل وتسجيل "
        "حضوري وإبلاغي بمواعيد الدروس.",
    },
    "certificate": {
        "vi": "Tôi đồng ý để họ tên, năm sinh và kết quả lớp học của tôi được in trên giấy chứng "
        "nhận; ai cầm giấy có thể "
        "quét mã để kiểm tra giấy là thật.",
        "en": "I agree that my name, year of birth and the result of the class are printed on a "
        "certificate, and that "
        "whoever holds it can scan its code to see that it is genuine.",
        "ar": "أوافق على طباعة اسمي وسنة ميلادي ونتيجة الفصل على الشهادة، وعلى أن يتمكن حاملها من مسح "
        "رمزها للتأكد من صحتها.",
    },
    "photo": {
        "vi": "Tôi đồng ý để {unit} chụp ảnh tôi tại lớp và dùng ảnh khi đưa tin về lớp học.",
        "en": "I agree that {unit} takes pictures of me in class and uses them in news about the class.",
        "ar": "أوافق على أن تلتقط {unit} صورًا لي في الفصل وأن تستخدمها في الأخبار عنه.",
    },
    "follow_up": {
        "vi": "Tôi đồng ý để {unit} gọi điện hỏi thăm sau khóa học, để biết tôi còn cần giúp gì.",
        "en": "I agree that {unit} calls me after the course to ask whether I still need help.",
        "ar": "أوافق على أن تتصل بي {unit} بعد انتهاء الدورة للسؤال عمّا إذا كنت ما زلت بحاجة إلى مساعدة.",
    },
}

RIGHTS: Final = {
    "vi": "Bất cứ lúc nào tôi cũng có thể xem, sửa thông tin của mình, rút lại sự đồng ý hoặc đề nghị xóa.",
    "en": "At any time I can see and correct what is kept about me, take my consent back, or ask for "
    "it to be deleted.",
    "ar": "يمكنني في أي وقت الاطلاع على بياناتي وتصحيحها، أو سحب موافقتي، أو طلب حذفها.",
}
"""Read out with every text."""

TEXTS: Final[dict[str, dict[str, dict[str, str]]]] = {"2026-11-01": _FIRST}
"""Version → purpose → language → text; ``{unit}`` stands for who keeps the data."""


def text_of(version: str, purpose: str, language: str, *, unit: str) -> str:
    """The text of a version in a language.

    Raises KeyError for a version, purpose or language that there is not.
    """
    return TEXTS[version][purpose][language].format(unit=unit)
