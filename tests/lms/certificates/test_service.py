"""The register: numbers without gaps, frozen papers, revoking and replacing."""

from tests.support.papers import held_class, issue, make_issuer


def test_everybody_who_completed_gets_the_next_number(session, world):
    rolls = [
        (world.make_person("Nguyễn Thị Ánh"), "pppppp"),
        (world.make_person("Trần Văn Bình"), "ppppaa"),
        (world.make_person("Lê Thị Cúc"), "plpplp"),
    ]
    course_class = held_class(world, rolls)
    make_issuer(world, course_class)
    issued = issue(world, course_class)
    assert [(each.printed["name"], each.printed["number"]) for each in issued.certificates] == [
        ("Nguyễn Thị Ánh", "01/GCN-ĐTN"),
        ("Lê Thị Cúc", "02/GCN-ĐTN"),
    ]
    assert issue(world, course_class).certificates == []
