#!/bin/sh
# torch.randn's first numbers depend on how many are asked for
#
# Version: torch 2.13.0 (CPU build).
# A good guess: as with `torch.rand` and numpy, the first ten of twenty are those that ten alone would be.
# Behaviour: from 16 numbers on another algorithm is used (pairs eight apart, and where the length is no multiple of 16
# the last 16 are drawn again). So random directions, or noise for a layer, change when a study draws one more; drawing
# twice ten is not drawing twenty; and below 16 numbers float32 and float64 agree, from 16 on they do not.
# What to do: draw a fixed number, a multiple of 16, and take of it; or use numpy's Generator.
#
# Seen, manual_seed(0): equal to the beginning of randn(32)?
#     rand(10) of rand(20): yes · randn(15): no · randn(16): yes · randn(17)[:16]: no (1 of 16 equal)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import torch


def drawn(draw, *counts, **options):
    generator = torch.Generator().manual_seed(0)
    return torch.cat([draw(count, generator=generator, **options) for count in counts])


assert torch.equal(drawn(torch.rand, 20)[:10], drawn(torch.rand, 10))
assert torch.equal(drawn(torch.rand, 20), drawn(torch.rand, 10, 10))
whole = drawn(torch.randn, 32)
assert torch.equal(whole[:16], drawn(torch.randn, 16))
same = int((whole[:16] == drawn(torch.randn, 17)[:16]).sum())
print("of randn(17)'s first 16 numbers,", same, "are randn(32)'s")
assert same < 16
assert not torch.equal(whole[:15], drawn(torch.randn, 15))
assert not torch.equal(drawn(torch.randn, 20), drawn(torch.randn, 10, 10))
for count, agree in ((15, True), (16, False)):
    double = drawn(torch.randn, count, dtype=torch.float64)
    assert torch.allclose(double, drawn(torch.randn, count).double(), atol=1e-5) is agree
EOF
