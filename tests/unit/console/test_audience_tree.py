"""The tree of an audience as it is edited."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.shared.words import LANGUAGES, read_wording
from console.web.campaigns.audiences.tree import (
    KINDS,
    Node,
    added,
    bare,
    changed_at,
    fields_of_kind,
    is_group,
    is_negated,
    negated,
    new_condition,
    new_group,
    place_in,
    place_of,
    rooted,
)
from models.campaigns.audiences import BadAudience, read_audience

NEVER_CAME: Node = {"kind": "last-visit", "or_never": True}


def trees() -> st.SearchStrategy[Node]:
    """Nested groups of conditions, each possibly negated."""
    conditions = st.sampled_from(KINDS).map(new_condition)
    return st.recursive(
        conditions | conditions.map(lambda node: negated(node, True)),
        lambda parts: st.builds(
            lambda kind, of, no: negated({"kind": kind, "of": of}, no),
            st.sampled_from(("all", "any")),
            st.lists(parts, max_size=3),
            st.booleans(),
        ),
        max_leaves=8,
    )


def paths_of(node: Node, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    below = bare(node)["of"] if is_group(node) else []
    return [path, *(deeper for number, part in enumerate(below) for deeper in paths_of(part, (*path, number)))]


def at(data: Any, place: Sequence[str | int]) -> Any:
    for part in place:
        data = data[part]
    return data


def node_at(node: Node, path: Sequence[int]) -> Node:
    for number in path:
        node = bare(node)["of"][number]
    return node


@given(trees(), st.data())
def test_a_change_reaches_its_part_and_no_other(tree: Node, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths_of(tree)))
    assert changed_at(tree, path, lambda node: node) == tree
    marked = changed_at(tree, path, lambda node: bare(node) | {"marked": True})
    assert marked is not None
    assert node_at(marked, path)["marked"]
    assert str(marked).count("'marked'") == 1


@given(trees(), st.data())
def test_what_is_added_is_the_last_of_its_group_and_can_be_taken_out_again(tree: Node, data: st.DataObject) -> None:
    tree = rooted(tree)
    path = data.draw(st.sampled_from([one for one in paths_of(tree) if is_group(node_at(tree, one))]))
    grown = added(tree, path, NEVER_CAME)
    last = len(bare(node_at(grown, path))["of"]) - 1
    assert node_at(grown, (*path, last)) == NEVER_CAME
    assert changed_at(grown, (*path, last), lambda _: None) == tree


@given(trees(), st.data())
def test_a_path_is_a_place_in_the_json(tree: Node, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths_of(tree)))
    assert at(tree, place_of(tree, path)) == bare(node_at(tree, path))


@given(trees(), st.booleans())
def test_nothing_is_turned_round_twice(tree: Node, yes: bool) -> None:
    turned = negated(negated(tree, not yes), yes)
    assert is_negated(turned) is yes
    assert bare(turned) == bare(tree)


@given(trees())
def test_a_complaint_names_a_place_that_is_there(tree: Node) -> None:
    try:
        read_audience(tree)
    except BadAudience as refusal:
        for problem in refusal.error.errors(include_input=False):
            at(tree, place_in(tree, problem["loc"]))


def test_a_kind_that_is_called_like_its_field() -> None:
    rule = {"kind": "not", "of": {"kind": "all", "of": [new_condition("list")]}}
    with pytest.raises(BadAudience) as refused:
        read_audience(rule)
    (problem,) = refused.value.error.errors(include_input=False)
    assert place_in(rule, problem["loc"]) == ("of", "of", 0, "list")


def test_a_rule_that_is_one_condition_can_be_added_to() -> None:
    assert rooted(NEVER_CAME) == {"kind": "all", "of": [NEVER_CAME]}
    assert rooted(negated(new_group(), True)) == {"kind": "all", "of": [negated(new_group(), True)]}
    assert rooted(new_group("any")) == new_group("any")


@pytest.mark.parametrize("kind", KINDS)
def test_every_condition_and_every_field_has_its_words(kind: str) -> None:
    said = read_wording()
    fields = fields_of_kind(kind)
    assert {f"audience.{kind}", *(f"audience.{field.name}" for field in fields)} - said.keys() == set()
    choices = {str(choice) for field in fields for choice in field.choices}
    for choice in choices:
        names = {f"audience.{field.name}_{choice}" for field in fields} | {f"business.{choice}"}
        assert names & said.keys(), choice
    assert all(said[f"audience.{kind}"][language] for language in LANGUAGES)
