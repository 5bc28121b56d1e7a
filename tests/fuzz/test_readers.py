"""Every reader holds its bounds whatever its file holds; ``make fuzz`` tries as many cases as ten minutes take."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fuzz.bounds import holds
from fuzz.kept import KEPT
from fuzz.readers import READERS


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_a_reader_holds_its_bounds_whatever_the_file_holds(reader, tmp_path):
    root = reader.folder(tmp_path)

    @settings(
        max_examples=reader.examples, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],  # to make a case smaller takes minutes, and make fuzz does it
    )  # fmt: skip
    @given(reader.cases())
    def one(content: bytes) -> None:
        holds(lambda file: reader.read(root, file), root / reader.place, content, tmp_path)

    one()


@pytest.mark.parametrize(("name", "content"), [(name, content) for name, cases in KEPT.items() for content in cases])
def test_what_broke_a_bound_once_breaks_none_again(name, content, tmp_path):
    reader = next(reader for reader in READERS if reader.name == name)
    root = reader.folder(tmp_path)
    holds(lambda file: reader.read(root, file), root / reader.place, content, tmp_path)
