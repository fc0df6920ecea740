"""How texts are cut for search (P1)."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.words import MAX_TERMS, MAX_WORDS, Term, head, terms, words


def test_chinese_is_cut_into_pairs_and_its_last_letter() -> None:
    assert words("羽绒服") == ("羽绒", "绒服", "服")


def test_latin_and_numbers_are_words_of_their_own_whatever_their_width_and_case() -> None:
    assert words("Ｎｉｋｅ Air-Max90 红") == ("nike", "air", "max", "90", "红")


def test_the_same_word_counts_once_over_title_and_subtitle() -> None:
    assert words("茶茶", "茶茶") == ("茶茶", "茶")


def test_a_query_wants_all_its_pairs() -> None:
    assert terms("羽绒服 NIKE") == (Term("羽绒"), Term("绒服"), Term("nike"))


def test_a_single_letter_stands_for_every_word_it_begins() -> None:
    assert terms("茶") == (Term("茶", is_open=True),)


def test_signs_alone_ask_for_nothing() -> None:
    assert terms("！？ -") == ()


def test_words_lie_under_few_letters() -> None:
    assert (head("羽绒"), head("nike"), head("a")) == ("羽", "ni", "a")


chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E40), min_size=1, max_size=12)


@given(chinese, st.data())
def test_any_part_of_a_title_finds_it(title: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(title) - 1))
    end = data.draw(st.integers(start + 1, len(title)))
    held = words(title)
    for term in terms(title[start:end]):
        if term.is_open:
            assert any(word.startswith(term.word) for word in held)
        else:
            assert term.word in held


@given(st.text(max_size=200), st.text(max_size=200))
def test_words_and_terms_are_bounded_and_no_word_holds_the_separator(title: str, more: str) -> None:
    made = words(title, more)
    assert len(made) <= MAX_WORDS and len(set(made)) == len(made)
    assert all(word and "#" not in word and head(word) for word in made)
    assert len(terms(title)) <= MAX_TERMS
