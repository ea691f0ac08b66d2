"""Files of learners: taken whole, or every bad line named. The strict reading is tested here."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.addresses import AddressNotValid
from domain.csv_lines import LARGEST_FILE, LONGEST_PHYSICAL_LINE, MOST_LINES, MOST_PHYSICAL_LINES
from domain.line_problems import FileProblems, LineProblem, ProblemCode, quoted
from domain.order_form import LearnerLine, Learners, OrderForm, read_learners

SAMPLE = Path(__file__).parents[2] / "samples" / "order-form.csv"
HEADER = "name,email,micro_credential\n"
a_property = settings(deadline=None, derandomize=True, max_examples=200)


def learners(text: str | bytes) -> tuple[LearnerLine, ...]:
    """The lines of a file that is in order."""
    answer = read_learners(text.encode() if isinstance(text, str) else text)
    assert isinstance(answer, Learners), answer
    return answer.lines


def problems(text: str | bytes) -> tuple[LineProblem, ...]:
    """The problems of a file that is not."""
    answer = read_learners(text.encode() if isinstance(text, str) else text)
    assert isinstance(answer, FileProblems), answer
    assert answer.problems
    return answer.problems


def places(text: str | bytes) -> list[tuple[int, str | None, ProblemCode]]:
    """Where a file has which problem."""
    return [(each.line, each.column, each.code) for each in problems(text)]


class TestFilesInOrder:
    def test_the_sample_is_read_whole(self) -> None:
        """Proves that the file that we ship is one that we take, with its quoted comma."""
        lines = learners(SAMPLE.read_bytes())
        assert [line.line_number for line in lines] == [2, 3, 4, 5]
        assert lines[2] == LearnerLine(
            line_number=4,
            name="Abernathy, June",
            address="june.abernathy@lindenbrook.example.org",
            organization="Lindenbrook Middle School",
            library="missouri",
            slug="running-meetings-that-decide",
        )
        assert lines[0].organization is None

    def test_two_columns_say_the_same_as_one(self) -> None:
        """Proves that library and slug may stand apart, in any case and order of columns."""
        one = learners(HEADER + "Ana Ruiz,ana@example.org,general/deep-listening\n")
        two = learners(
            "Slug,E-Mail,Library,Full Name\nDeep-Listening,ANA@example.org,General,Ana Ruiz\n"
        )
        assert one == two

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "bom"])
    @pytest.mark.parametrize("separator", [",", ";"])
    def test_the_ways_in_which_programs_export(
        self, newline: str, mark: str, separator: str
    ) -> None:
        """Proves that separator, line ends and byte-order mark make no difference at all."""
        rows = [
            ["Name", "E-mail", "Micro‐credential", "School"],
            ["Ana Ruiz", "ana@example.org", "general/deep-listening", "Elm, Oak; Ash"],
        ]
        text = newline.join(separator.join(f'"{cell}"' for cell in row) for row in rows)
        assert learners(mark + text + newline) == learners(
            "name,email,library,slug,organization\n"
            'Ana Ruiz,ana@example.org,general,deep-listening,"Elm, Oak; Ash"'
        )

    def test_empty_lines_and_empty_ends_are_no_lines(self) -> None:
        """Proves that what a spreadsheet leaves behind is skipped, and lines keep their number."""
        text = (
            "\n,,,,\nname,email,micro_credential,,\n \n"
            "Ana Ruiz,ana@example.org,general/deep-listening,,\n"
            '"","","",,\n\n'
            "Bo Sand,bo@example.org,general/deep-listening,,\n,,,,\n"
        )
        assert [line.line_number for line in learners(text)] == [5, 8]

    def test_spaces_are_evened_out_and_letters_composed(self) -> None:
        """Proves that copied text with odd spaces and loose accents becomes one spelling."""
        (line,) = learners(
            HEADER + " Jose\u0301\u00a0 \u2003Ruiz\u00a0, J@Example.ORG ,general/deep-listening\n"
        )
        assert (line.name, line.address) == ("Jos\u00e9 Ruiz", "j@example.org")

    def test_names_of_many_scripts(self) -> None:
        """Proves that apostrophes, hyphens and joiners of real names are no offence."""
        names = ["Niamh O’Brien-Ó Sé", "می\u200cخواهم", "山田 花子", "क्\u200dष", "D'Arcy (Dee)"]
        text = "".join(
            f"{name},n{at}@example.org,general/deep-listening\n" for at, name in enumerate(names)
        )
        assert [line.name for line in learners(HEADER + text)] == names

    def test_most_lines(self) -> None:
        """Proves the limit from both sides: 5,000 lines are taken, one more is not."""
        rows = [f"P {at},p{at}@example.org,general/deep-listening" for at in range(MOST_LINES)]
        assert len(learners(HEADER + "\n".join(rows))) == MOST_LINES
        rows.append("Q,q@example.org,general/deep-listening")
        assert places(HEADER + "\n".join(rows)) == [(1, None, ProblemCode.TOO_MANY_LINES)]


class TestEveryBadLineIsNamed:
    def test_all_of_them_at_once_and_none_taken(self) -> None:
        """Proves that one pass names each bad line, in order, and takes no good one either."""
        text = HEADER + (
            "Ana Ruiz,ana@example.org,general/deep-listening\n"  # 2
            ",bo@example.org,general/deep-listening\n"
            "Cy Lund,cy.example.org,general/deep-listening\n"
            "Di Voss,di@example.org,deep-listening\n"
            "Ed Marsh,ed@example.org\n"  # 6
            'Flo "Fay" Hall,flo@example.org,"general/deep"-listening\n'
            "=1+1,gus@example.org,general/deep-listening\n"
            "Hal\tIto,hal@example.org,general/deep-listening\n"
            "Ida \u202eevE,ida@example.org,general/deep-listening\n"  # 10
            f"{'J' * 201},jo@example.org,general/deep-listening\n"
            "Kim Losk,ANA@example.org,General/Deep-Listening\n"
            "Lou\0,lou@example.org,general/deep-listening\n"
            f"{'M' * (LONGEST_PHYSICAL_LINE + 1)}\n"  # 14
            "Ned Jos\ufffd,ned,/\n"
        )
        code = ProblemCode
        assert places(text) == [
            (3, "name", code.CELL_EMPTY),
            (4, "email", code.ADDRESS),
            (5, "micro_credential", code.MICRO_CREDENTIAL),
            (6, None, code.RAGGED),
            (7, None, code.QUOTES_UNMATCHED),
            (8, "name", code.FORMULA),
            (9, "name", code.CONTROL_CHARACTER),
            (10, "name", code.HIDDEN_CHARACTER),
            (11, "name", code.CELL_TOO_LONG),
            (12, "email", code.LEARNER_REPEATED),
            (13, "name", code.CONTROL_CHARACTER),
            (14, None, code.LINE_TOO_LONG),
            (15, "name", code.HIDDEN_CHARACTER),
            (15, "email", code.ADDRESS),
            (15, "micro_credential", code.MICRO_CREDENTIAL),
        ]

    def test_a_repeat_names_both_lines(self) -> None:
        """Proves that a twin is told with the line of the first, even if its name is missing."""
        text = HEADER + (
            "Ana Ruiz,ana@example.org,general/deep-listening\n"
            "Ana Ruiz,ana@example.org,general/other-one\n"
            ",Ana@Example.org,general/deep-listening\n"
            "Ana R.,ana@example.org,general/deep-listening\n"
        )
        found = problems(text)
        assert [(each.line, each.code) for each in found] == [
            (4, ProblemCode.CELL_EMPTY),
            (4, ProblemCode.LEARNER_REPEATED),
            (5, ProblemCode.LEARNER_REPEATED),
        ]
        assert "Lines 2 and 5" in found[-1].sentence

    def test_a_line_is_numbered_where_it_starts(self) -> None:
        """Proves that breaks inside quotes move the count on, of the bad line and of later ones."""
        text = HEADER + (
            '"Ana\nRuiz",ana@example.org,general/deep-listening\n'
            '"Bo Sand\r\n",bo@example.org,general/deep-listening\n'
            "Cy Lund,cy,general/deep-listening\n"
        )
        assert places(text) == [
            (2, "name", ProblemCode.CONTROL_CHARACTER),
            (6, "email", ProblemCode.ADDRESS),
        ]

    def test_an_open_quote_does_not_hide_what_follows(self) -> None:
        """Proves that after a quotation mark that never closes the later lines are still read."""
        rows = "".join(f"P {at},p{at}@example.org,general/x\n" for at in range(20))
        text = HEADER + '"Ana Ruiz,ana@example.org,general/x\n' + rows + "Cy Lund,cy,general/x\n"
        assert places(text) == [
            (2, None, ProblemCode.QUOTES_UNMATCHED),
            (23, "email", ProblemCode.ADDRESS),
        ]

    def test_a_record_has_an_end(self) -> None:
        """Proves that quotes which close only after more than ten lines count as unmatched."""
        row = 'Ruiz",ana@example.org,general/x\n'
        ten, eleven = '"Ana' + "\n" * 9 + row, '"Ana' + "\n" * 10 + row
        assert places(HEADER + ten) == [(2, "name", ProblemCode.CONTROL_CHARACTER)]
        assert places(HEADER + eleven)[0] == (2, None, ProblemCode.QUOTES_UNMATCHED)

    def test_the_longest_name(self) -> None:
        """Proves the limit of 200 characters from both sides."""
        (line,) = learners(HEADER + f"{'J' * 200},jo@example.org,general/x\n")
        assert len(line.name) == 200
        assert places(HEADER + f"{'J' * 201},jo@example.org,general/x\n") == [
            (2, "name", ProblemCode.CELL_TOO_LONG)
        ]

    @pytest.mark.parametrize("prefix", "=+-@＝＋－＠")
    @pytest.mark.parametrize("column", ["name", "organization"])
    def test_formulas(self, prefix: str, column: str) -> None:
        """Proves that no text which a spreadsheet would run gets in, trimmed or not."""
        cells = {"name": "Ana Ruiz", "organization": "Elm School"}
        cells[column] = f"  {prefix}cmd"
        text = (
            "name,organization,email,micro_credential\n"
            f"{cells['name']},{cells['organization']},ana@example.org,general/x\n"
        )
        assert places(text) == [(2, column, ProblemCode.FORMULA)]

    @pytest.mark.parametrize(
        "hidden",
        ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u061c", "\u200b", "\ufeff", "\u00ad",
         "\u2028", "\U000e0041", "\ue000"],
        ids=lambda char: f"U+{ord(char):04X}",
    )  # fmt: skip
    def test_hidden_characters(self, hidden: str) -> None:
        """Proves that nothing which turns or hides text gets in, nor into the sentence about it."""
        (found,) = problems(HEADER + f"Ana {hidden}Ruiz,ana@example.org,general/x\n")
        assert found.code is ProblemCode.HIDDEN_CHARACTER
        assert "“Ana ?Ruiz”" in found.sentence

    @pytest.mark.parametrize("code_point", [*range(0x20), *range(0x7F, 0xA0)])
    def test_control_characters(self, code_point: int) -> None:
        """Proves that all 65 of them are refused inside a name, in quotes or not."""
        text = HEADER + f'"Ana {chr(code_point)}Ruiz",ana@example.org,general/x\n'
        assert places(text) == [(2, "name", ProblemCode.CONTROL_CHARACTER)]

    @pytest.mark.parametrize(
        "key",
        ["", "general", "general/", "/x", "a/b/c", "general/two--dashes", "general/x-", "a b/c",
         "general/ﬁ", f"general/{'x' * 101}", "../x", "general/x?y=1"],
    )  # fmt: skip
    def test_keys_of_no_micro_credential(self, key: str) -> None:
        """Proves that only library/slug as the catalogue writes them is taken, in either form."""
        code = ProblemCode.MICRO_CREDENTIAL
        assert places(HEADER + f"Ana Ruiz,ana@example.org,{key}\n") == [
            (2, "micro_credential", code)
        ]
        library, _, slug = key.partition("/")
        found = problems(f"name,email,library,slug\nAna Ruiz,ana@example.org,{library},{slug}\n")
        assert [each.code for each in found] == [code]
        assert found[0].column == ("slug" if library in ("general", "a") else "library")


class TestWholeFiles:
    @pytest.mark.parametrize("empty", [b"", b"\n\n", b"\xef\xbb\xbf", b" ;;\r\n,,\r\n"])
    def test_empty(self, empty: bytes) -> None:
        """Proves that a file without a header is told as empty."""
        assert places(empty) == [(1, None, ProblemCode.EMPTY)]

    def test_header_only(self) -> None:
        """Proves that no order of nobody comes out of a header."""
        assert places(HEADER + '\n,,\n"","",""\n') == [(1, None, ProblemCode.NO_LINES)]

    def test_another_encoding_is_told_with_its_line(self) -> None:
        """Proves that a file from an old spreadsheet is refused, in words that help."""
        text = HEADER + "Ana Ruiz,ana@example.org,general/x\r\nJosé Lund,j@example.org,general/x\n"
        (found,) = problems(text.encode("cp1252"))
        assert (found.line, found.code) == (3, "csv_not_utf8")
        assert "UTF-8" in found.sentence
        assert [each.code for each in problems(text.encode("utf-16"))] == [ProblemCode.NOT_UTF8]

    def test_size(self) -> None:
        """Proves the limit of 5 MiB to the byte."""
        text = (HEADER + "Ana Ruiz,ana@example.org,general/x\n").encode()
        row = b"," * 1023 + b"\n"
        full = text + (row * (LARGEST_FILE // len(row)))[len(text) :]
        assert len(full) == LARGEST_FILE
        assert len(learners(full)) == 1
        assert places(full + b"\n") == [(1, None, ProblemCode.TOO_LARGE)]

    def test_empty_lines_have_an_end_too(self) -> None:
        """Proves the limit of 50,000 physical lines from both sides, whatever ends them."""
        text = HEADER + "Ana Ruiz,ana@example.org,general/x\n"
        assert len(learners(text + "\r\n" * (MOST_PHYSICAL_LINES - 2))) == 1
        code = ProblemCode.TOO_MANY_LINES
        assert places(text + "\r" * (MOST_PHYSICAL_LINES - 1)) == [(1, None, code)]

    def test_headers_that_miss_repeat_or_invent_columns(self) -> None:
        """Proves that every fault of the header is told, and the lines are judged all the same."""
        text = "\nname,NAME,phone,,organization\nAna Ruiz,=Ana,1,2,=x\n"
        assert sorted(places(text), key=repr) == sorted(
            [
                (2, "email", ProblemCode.COLUMN_MISSING),
                (2, "name", ProblemCode.COLUMN_REPEATED),
                (2, None, ProblemCode.COLUMN_UNKNOWN),
                (2, None, ProblemCode.COLUMN_UNKNOWN),
                (2, "micro_credential", ProblemCode.COLUMN_MISSING),
                (3, "organization", ProblemCode.FORMULA),
            ],
            key=repr,
        )

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ("library", ProblemCode.COLUMN_MISSING),
            ("slug", ProblemCode.COLUMN_MISSING),
            ("micro_credential,library", ProblemCode.COLUMN_REPEATED),
            ("library,micro_credential,slug", ProblemCode.COLUMN_REPEATED),
        ],
    )
    def test_the_micro_credential_is_named_once(self, header: str, code: ProblemCode) -> None:
        """Proves that half a name and a double one are both refused at the header."""
        cells = ",".join("general/x" for _ in header.split(","))
        found = places(f"name,email,{header}\nAna Ruiz,ana@example.org,{cells}\n")
        assert (1, "micro_credential", code) in found

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ('"name,email,micro_credential', ProblemCode.QUOTES_UNMATCHED),
            ("name," * LONGEST_PHYSICAL_LINE, ProblemCode.LINE_TOO_LONG),
        ],
    )
    def test_headers_that_cannot_be_read(self, header: str, code: ProblemCode) -> None:
        """Proves that such a file is refused in one sentence."""
        assert places(header + "\nAna Ruiz,ana@example.org,general/x\n") == [(1, None, code)]


class TestSentences:
    @a_property
    @given(st.text(max_size=300))
    def test_quotes_are_short_and_printable(self, text: str) -> None:
        """Proves for any text: 40 characters at most, and none that a terminal would obey."""
        shown = quoted(text)
        assert shown.isprintable()
        assert len(shown.removeprefix("“").removesuffix("”")) <= 40

    @a_property
    @given(st.binary(max_size=400))
    def test_no_bytes_break_the_reader(self, data: bytes) -> None:
        """Proves that noise after a good line is answered with problems or whole lines, always."""
        good = (HEADER + "Ana Ruiz,ana@example.org,general/x\n").encode()
        for text in (data, good + data):
            answer = read_learners(text)
            found = answer.problems if isinstance(answer, FileProblems) else answer.lines
            assert found

    def test_damaged_files_are_never_taken_by_half(self) -> None:
        """Proves on 300 damaged copies: the answer is all lines or problems with good sentences."""
        good = SAMPLE.read_bytes()
        chance = random.Random(4)
        refused = 0
        for _ in range(300):
            damaged = bytearray(good)
            for _ in range(3):
                damaged[chance.randrange(len(good))] = chance.choice(b'",;\n\r\0=@/ \xff')
            answer = read_learners(bytes(damaged))
            if isinstance(answer, FileProblems):
                refused += 1
                assert all(each.sentence.isprintable() for each in answer.problems)
                assert all(1 <= each.line <= 17 for each in answer.problems)
            else:
                assert len(answer.lines) >= 1
        assert refused > 200


class TestOrderForms:
    def test_learners_belong_to_the_payer_unless_they_say_otherwise(self) -> None:
        """Proves that the payer's organization stands in for a missing one, and only for that."""
        form = OrderForm(
            payer_name="Lindenbrook Office",
            payer_address="Office@Lindenbrook.example.org",
            payer_organization="Lindenbrook Schools",
            purchase_order="PO-2025-11",
            lines=learners(SAMPLE.read_bytes()),
        )
        assert form.payer_address == "office@lindenbrook.example.org"
        assert [form.organization_of(line) for line in form.lines[1:3]] == [
            "Lindenbrook Schools",
            "Lindenbrook Middle School",
        ]

    def test_a_form_needs_a_payer_an_order_number_and_learners(self) -> None:
        """Proves that no order form without any of them exists."""
        right = {
            "payer_name": "Office",
            "payer_address": "office@example.org",
            "purchase_order": "PO-1",
            "lines": learners(SAMPLE.read_bytes()),
        }
        assert OrderForm.model_validate(right).payer_organization == ""
        for field in right:
            with pytest.raises((ValidationError, AddressNotValid)):
                OrderForm.model_validate(right | {field: "" if field != "lines" else ()})
