"""The pages of completion, as staff see them."""

import re

import pytest

from lms.completion import service
from lms.completion.models import TaskResult
from tests.support.papers import held_class
from tests.support.queries import count_queries


@pytest.fixture
def two(session, world):
    anh, binh = world.make_person("Nguyễn Thị Ánh", 1958), world.make_person("Trần Văn Bình", 1960)
    course_class = held_class(world, [(anh, "pppppp"), (binh, "ppppaa")], tasks_required=False)
    world.put_on_staff(course_class, world.user("trainer"))
    session.commit()
    return course_class, anh, binh


def test_everybody_stands_there_with_the_reason(two, world, sign_in):
    course_class, _anh, _binh = two
    page = sign_in(world.user("manager"), "en").get(f"/classes/{course_class.id}/completion").text
    assert "Trần Văn Bình" in page
    assert "4 of 6 sessions; 5 needed." in page
    assert page.index("Trần Văn Bình") < page.index("Nguyễn Thị Ánh"), "who has not completed comes first"


def test_a_trainer_sees_the_reasons_but_does_not_decide(two, world, sign_in):
    course_class, anh, _ = two
    client = sign_in(world.user("trainer"))
    page = client.get(f"/classes/{course_class.id}/completion")
    assert page.status_code == 200
    assert f"/completion/{anh.id}" not in page.text
    assert client.get(f"/classes/{course_class.id}/completion/{anh.id}").status_code == 403
    assert client.post(f"/classes/{course_class.id}/completion").status_code == 403


def test_another_unit_finds_nothing(two, world, sign_in):
    course_class, anh, _ = two
    client = sign_in(world.user("other_manager"))
    for address in ("completion", "tasks", f"completion/{anh.id}"):
        assert client.get(f"/classes/{course_class.id}/{address}").status_code == 404


def test_an_empty_class_says_what_the_page_is_for(world, session, sign_in):
    course_class = held_class(world, [])
    session.commit()
    for address in ("completion", "tasks"):
        page = sign_in(world.user("manager"), "en").get(f"/classes/{course_class.id}/{address}")
        assert "Nobody is enrolled yet" in page.text


def _form(page):
    fields = dict(re.findall(r"name=(p\d+) value=(\w+)", page))
    fields |= dict(re.findall(r"name=(m\d+) value=(\w+) checked", page))
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    return {**fields, "shown": shown[1]}


def test_observed_tasks_are_tapped_and_saved(two, session, world, sign_in):
    course_class, anh, binh = two
    task = service.must_tasks(course_class)[0]
    address = f"/classes/{course_class.id}/tasks/{task.key}"
    client = sign_in(world.user("trainer"), "en")
    form = _form(client.get(f"/classes/{course_class.id}/tasks").text)
    assert form["p0"] == anh.id.hex
    saved = client.post(address, data={**form, "m0": "alone", "m1": "not_yet"}, follow_redirects=True)
    assert "Noted for 2 people." in saved.text
    session.expire_all()
    results = {each.person.id: each.results for each in service.candidates(session, course_class)}
    assert results == {anh.id: {task.key: TaskResult.ALONE}, binh.id: {task.key: TaskResult.NOT_YET}}
    assert _form(saved.text)["m1"] == "not_yet"


def test_a_page_left_open_does_not_undo_what_another_trainer_noted(two, session, world, sign_in):
    course_class, _anh, _ = two
    task = service.must_tasks(course_class)[0]
    address = f"/classes/{course_class.id}/tasks/{task.key}"
    client = sign_in(world.user("trainer"), "en")
    client.post(address, data={**_form(client.get(address).text), "m0": "not_yet"})
    old = _form(client.get(address).text)
    client.post(address, data={**old, "m0": "alone"})
    assert "Nothing was changed." in client.post(address, data=old, follow_redirects=True).text
    session.expire_all()
    candidate = service.candidates(session, course_class)[0]
    assert candidate.results == {task.key: TaskResult.ALONE}


@pytest.mark.parametrize(
    "data", [{}, {"shown": "x"}, {"shown": "--", "m0": "alone"}, {"shown": "-", "m0": "well", "p0": "1"}]
)
def test_a_broken_form_is_refused(two, world, sign_in, data):
    course_class, _, _ = two
    task = service.must_tasks(course_class)[0]
    response = sign_in(world.user("trainer")).post(f"/classes/{course_class.id}/tasks/{task.key}", data=data)
    assert response.status_code == 400


def test_a_manager_decides_by_hand_and_lets_the_rule_decide_again(two, world, sign_in):
    course_class, _, binh = two
    client = sign_in(world.user("manager"), "en")
    address = f"/classes/{course_class.id}/completion/{binh.id}"
    refused = client.post(address, data={"completed": "yes", "reason": "ok"})
    assert refused.status_code == 422
    assert re.search(r">\s*ok</textarea>", refused.text), "what was typed stays"
    done = client.post(
        address, data={"completed": "yes", "reason": "She made up for it at home."}, follow_redirects=True
    )
    assert "She made up for it at home." in done.text
    assert "Decided by" in done.text
    back = client.post(f"{address}/rule", follow_redirects=True)
    assert "She made up for it at home." not in back.text


@pytest.mark.parametrize("address", ["completion", "tasks"])
def test_the_number_of_queries_does_not_depend_on_the_people(session, world, sign_in, address):
    classes = [
        held_class(world, [(world.make_person(f"Trần Thị Hoa {chr(65 + n % 26)}"), "p") for n in range(size)])
        for size in (10, 60)
    ]
    session.commit()
    client = sign_in(world.user("manager"))
    counts = []
    for course_class in classes:
        with count_queries() as counter:
            assert client.get(f"/classes/{course_class.id}/{address}").status_code == 200
        counts.append(counter.number)
    assert counts[0] == counts[1]
