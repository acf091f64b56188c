"""The README's examples run as they stand."""

import asyncio
import re
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.S)


async def risky_operation():
    return "done"


def fetch_price(symbol):
    return {"ACME": 7}[symbol]


@pytest.mark.parametrize("block", BLOCKS, ids=[block.strip().splitlines()[-1][:40] for block in BLOCKS])
def test_a_block_runs(block, capsys):
    names = {"risky_operation": risky_operation, "fetch_price": fetch_price, "last_known": {}}
    exec(compile(block, "README.md", "exec"), names)
    if "main" in names:
        asyncio.run(names["main"]())
        assert "Running in: " in capsys.readouterr().out
    if "price" in names:
        assert names["price"] == 7 and "the call" in capsys.readouterr().out


def test_there_are_blocks_and_the_test_command_is_there():
    assert len(BLOCKS) >= 3 and "python3 noxfile.py" in README
