#!/usr/bin/env python3
"""Trains the network that reads digit windows, on a CPU, and writes what the program needs.

    python train_digits.py --data FOLDER --drawn drawn.tar --out ../models

FOLDER holds digits_train.tar and digits_test.tar: `labels.csv` (file,value,meter,split) and the
pictures named there, one digit window each. `value` is 0.0 to 9.9: 3.7 is a wheel 70 % of the way
from 3 to 4. README.md says where they come from. `drawn.tar` comes from the example `draw_windows`.
The test pictures are looked at once, after the last epoch.

Written:
  digits.onnx       "x" float32 [N,3,32,20], RGB 0..1 -> "logits" float32 [N,100]
  digits_check.bin  64 test pictures as bytes, then their logits as little-endian float32
  digits.json       figures on the test pictures, options, versions
"""
import argparse
import csv
import hashlib
import io
import json
import math
import tarfile
import time
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image

HEIGHT, WIDTH, CLASSES = 32, 20, 100


def load(path):
    pictures, values, meters, splits = [], [], [], []
    with tarfile.open(path) as archive:
        table = io.TextIOWrapper(archive.extractfile("labels.csv"), "utf-8")
        for row in csv.DictReader(table):
            picture = Image.open(archive.extractfile(row["file"])).convert("RGB")
            pictures.append(np.asarray(picture.resize((WIDTH, HEIGHT), Image.BILINEAR)))
            values.append(float(row["value"]))
            meters.append(row["meter"])
            splits.append(row["split"])
    x = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()
    return x, torch.tensor(values), meters, splits


def block(before, after):
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
    )


class Net(nn.Module):
    def __init__(self, a=28, b=64, c=88, d=112):
        super().__init__()
        self.eyes = nn.Sequential(
            block(3, a), nn.MaxPool2d(2),                    # 16 x 10
            block(a, b), block(b, c), nn.MaxPool2d(2),       # 8 x 5
            block(c, d), block(d, d), nn.MaxPool2d((2, 1)),  # 4 x 5
        )
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.35), nn.Linear(d * 20, 144), nn.ReLU(),
            nn.Dropout(0.2), nn.Linear(144, CLASSES),
        )

    def forward(self, x):
        # Contrast is evened out in here, so that no other engine has to repeat it.
        away = x - x.mean((1, 2, 3), keepdim=True)
        spread = (away * away).mean((1, 2, 3), keepdim=True).sqrt() + 0.05
        return self.head(self.eyes(away / spread))


def spoil(x, g):
    """Another window of another meter in another light, showing the same."""
    n = x.shape[0]

    def pick(low, high, *shape):
        return torch.rand(n, *shape, generator=g) * (high - low) + low

    def some(share):
        return (pick(0, 1) < share).view(n, 1, 1, 1)

    turn, wide, tall = pick(-0.12, 0.12), pick(0.8, 1.22), pick(0.86, 1.17)
    place = torch.zeros(n, 2, 3)
    place[:, 0, 0] = wide * turn.cos()
    place[:, 0, 1] = -turn.sin() * wide + pick(-0.12, 0.12)
    place[:, 1, 0] = turn.sin() * tall
    place[:, 1, 1] = tall * turn.cos()
    place[:, 0, 2] = pick(-0.2, 0.2)
    place[:, 1, 2] = pick(-0.06, 0.06)
    grid = F.affine_grid(place, x.shape, align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    x = torch.where(some(0.3), x.mean(1, keepdim=True).expand_as(x), x)
    order = torch.argsort(torch.rand(n, 3, generator=g), 1).view(n, 3, 1, 1).expand_as(x)
    x = torch.where(some(0.15), x.gather(1, order), x)
    x = torch.where(some(0.2), 1 - x, x)
    gain = pick(0.6, 1.4, 3, 1, 1).lerp(pick(0.6, 1.4, 1, 1, 1).expand(n, 3, 1, 1), 0.7)
    x = x * gain + pick(-0.15, 0.15, 1, 1, 1)
    x = x + torch.linspace(-1, 1, WIDTH).view(1, 1, 1, WIDTH) * pick(-0.25, 0.25, 1, 1, 1)
    x = x + torch.linspace(-1, 1, HEIGHT).view(1, 1, HEIGHT, 1) * pick(-0.25, 0.25, 1, 1, 1)
    # A stain or a reflection over part of it.
    rows = torch.linspace(-1, 1, HEIGHT).view(1, 1, HEIGHT, 1) - pick(-1, 1, 1, 1, 1)
    columns = torch.linspace(-1, 1, WIDTH).view(1, 1, 1, WIDTH) - pick(-1, 1, 1, 1, 1)
    stain = torch.exp(-(rows**2 + columns**2) / pick(0.02, 0.15, 1, 1, 1))
    x = torch.where(some(0.2), x + stain * pick(-0.6, 0.6, 1, 1, 1), x)
    smooth = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.where(some(0.3), smooth, x)
    x = x + torch.randn(x.shape, generator=g) * pick(0, 0.07, 1, 1, 1)
    return x.clamp(0, 1)


def soft_target(values, sigma=0.8):
    """Labels are good to a tenth or so; 9.9 is beside 0.0."""
    classes = torch.arange(CLASSES).float()
    apart = (classes[None] - values[:, None] * 10 + CLASSES / 2) % CLASSES - CLASSES / 2
    target = torch.exp(-0.5 * (apart / sigma) ** 2)
    return target / target.sum(1, keepdim=True)


def decode(logits):
    """As the program does: the peak of five classes, and what lies within it."""
    p = logits.softmax(1)
    reach = torch.arange(-2, 3)
    weight = sum(torch.roll(p, -int(step), 1) for step in reach)
    confidence, peak = weight.max(1)
    near = p.gather(1, (peak[:, None] + reach) % CLASSES)
    value = (peak + (near * reach).sum(1) / near.sum(1)) / 10
    return value % 10, confidence


def figures(value, confidence, truth):
    off = ((value - truth + 5) % 10 - 5).abs()
    tenths = (((value * 10).round() - (truth * 10).round() + 50) % 100 - 50).abs()
    right = (off <= 0.5)[confidence.argsort(descending=True)].float()
    kept = right.cumsum(0) / torch.arange(1, len(right) + 1)
    sure = (kept >= 0.999).nonzero()
    result = {
        "n": len(truth),
        "exact_tenth": (tenths < 0.5).float().mean().item(),
        "within_0.1": (tenths < 1.5).float().mean().item(),
        "within_0.5": (off <= 0.5).float().mean().item(),
        "mean_error": off.mean().item(),
        "kept_at_0.999": (sure[-1].item() + 1) / len(right) if len(sure) else 0.0,
    }
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in result.items()}


def predict(net, x):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(part.float() / 255) for part in x.split(512)])


def train(net, x, y, options, g):
    target = soft_target(y)
    steps = math.ceil(len(x) / options.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=0.03)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=steps * options.epochs, pct_start=0.15
    )
    # The mean of the last thousand steps or so reads unknown meters better than the last step.
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998), use_buffers=True
    )
    for epoch in range(options.epochs):
        net.train()
        began, total = time.time(), 0.0
        for rows in torch.randperm(len(x), generator=g).split(options.batch):
            loss = F.cross_entropy(net(spoil(x[rows].float() / 255, g)), target[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            plan.step()
            mean.update_parameters(net)
            total += loss.item() * len(rows)
        seconds = time.time() - began
        print(f"epoch {epoch + 1} loss {total / len(x):.4f} {seconds:.0f} s", flush=True)
    return mean.module


def write(net, test, out):
    net.eval()
    checked = test[0][:64].contiguous()
    with torch.no_grad():
        logits = net(checked.float() / 255)
    check = checked.numpy().tobytes() + logits.numpy().astype("<f4").tobytes()
    (out / "digits_check.bin").write_bytes(check)
    path = str(out / "digits.onnx")
    torch.onnx.export(
        net, (checked[:2].float() / 255,), path, input_names=["x"], output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("n", min=1, max=4096)},), external_data=False,
    )
    model = onnx.load(path)
    # Notes of the exporter about shapes and source files; no engine needs them.
    del model.graph.value_info[:]
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.save(model, path)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--drawn", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    g = torch.Generator().manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    x, y, _, _ = load(options.data / "digits_train.tar")
    if options.drawn:
        drawn = load(options.drawn)
        x, y = torch.cat([x, drawn[0]]), torch.cat([y, drawn[1]])
    net = train(Net(), x, y, options, g)
    test = load(options.data / "digits_test.tar")
    value, confidence = decode(predict(net, test[0]))
    report = {
        "parameters": sum(p.numel() for p in net.parameters()),
        "trained_on": len(x),
        "epochs": options.epochs,
        "seed": options.seed,
        "torch": torch.__version__,
    }
    for name, column in (("", test[3]), ("meter/", test[2])):
        for kind in sorted(set(column)):
            rows = torch.tensor([k == kind for k in column])
            if rows.sum() >= 20:
                report[name + kind] = figures(value[rows], confidence[rows], test[1][rows])
    report["sha256"] = write(net, test, options.out)
    (options.out / "digits.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
