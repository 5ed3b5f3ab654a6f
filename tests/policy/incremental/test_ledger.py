"""What is different since the last time, against two snapshots; no more is remembered than there is."""

from hypothesis import given
from hypothesis import strategies as st

from percale.policy.incremental.hanging import Hanging, Presence
from percale.policy.incremental.ledger import ByName, Ledger

_KEYS = st.integers(0, 3)
_PUTS = st.lists(st.tuples(_KEYS, st.none() | st.integers(0, 2)), max_size=8)
_NAMES = st.lists(st.sampled_from("abc"), max_size=3, unique=True)


@given(st.lists(_PUTS, max_size=5))
def test_a_ledger_tells_what_is_different_and_nothing_else(batches: list[list[tuple[int, int | None]]]) -> None:
    ledger: Ledger[int, int] = Ledger()
    for batch in batches:
        before = dict(ledger.now)
        for key, value in batch:
            ledger.put(key, value)
        moved = {one.key: (one.before, one.after) for one in ledger.settle()}
        after = ledger.now
        different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert moved == {key: (before.get(key), after.get(key)) for key in different}
    assert not ledger.settle()


def test_what_is_the_same_stays_the_same_object() -> None:
    ledger: Ledger[str, list[int]] = Ledger()
    first = [1]
    ledger.put("a", first)
    ledger.settle()
    ledger.put("a", None)
    ledger.put("a", [1])
    assert not ledger.settle()
    assert ledger.now["a"] is first


@given(st.lists(st.tuples(_KEYS, st.none() | st.sampled_from("ab")), max_size=8))
def test_values_by_name_follow_their_resources(puts: list[tuple[int, str | None]]) -> None:
    """No two resources bear one name at a time."""
    by_name: ByName[int, tuple[int, str], str, str] = ByName(lambda one: (hash(one), one), str.upper)
    here: dict[int, str] = {}
    for key, name in puts:
        if name in here.values():
            continue
        by_name.put(key, name)
        here.pop(key, None)
        here |= {key: name} if name else {}
    assert sorted(by_name.values.now.values()) == sorted(one.upper() for one in here.values())
    assert [one for _, one in by_name.in_order()] == [here[key] for key in sorted(here)]


@given(st.lists(st.tuples(_KEYS, _NAMES), max_size=8))
def test_who_hangs_on_what(moves: list[tuple[int, list[str]]]) -> None:
    hanging: Hanging[str, int] = Hanging()
    now: dict[int, list[str]] = {}
    for key, names in moves:
        hanging.move(key, now.get(key, ()), names)
        now[key] = names
    for name in "abc":
        on_it = {key for key, names in now.items() if name in names}
        assert set(hanging.on([name])) == on_it
        assert (name in hanging) == bool(on_it)


@given(st.lists(st.lists(st.tuples(_KEYS, _NAMES), max_size=4), max_size=4))
def test_what_has_come_or_gone(batches: list[list[tuple[int, list[str]]]]) -> None:
    presence: Presence[str] = Presence()
    now: dict[int, list[str]] = {}
    for batch in batches:
        before = {name for names in now.values() for name in names}
        for key, names in batch:
            presence.move(now.get(key, ()), names)
            now[key] = names
        after = {name for names in now.values() for name in names}
        assert presence.turned() == before ^ after
        assert set(presence) == after
    assert not presence.turned()
