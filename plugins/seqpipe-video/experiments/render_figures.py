"""Dark clips of drawn people: what a network can learn of motion before it sees the few real clips.

python plugins/seqpipe-video/experiments/render_figures.py DATA FOLDER --clips 150

People who run and walk come from motion capture, those who jump, sit down, stand up, run and walk also from joints that
were marked on real videos (both in DATA/video), and jumping, sitting down, standing up and turning from a jointed
figure that is moved by rules. Each is drawn with limbs as tubes before a random room, by a hand-held camera that
follows more or less, in the dark, with noise, and is encoded as H.264. FOLDER gets the clips, and ``clips.tsv`` a line
for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, RATE = 160, 120, 15
ACTIONS = ("jump", "run", "sit", "stand", "turn", "walk")
JOINTS = "head neck shoulder_l elbow_l hand_l shoulder_r elbow_r hand_r pelvis hip_l knee_l foot_l hip_r knee_r foot_r"
NAMES = JOINTS.split()
PLACE = {name: index for index, name in enumerate(NAMES)}
TUBES = (  # from, to, radius in metres, part of the clothing
    ("neck", "pelvis", 0.15, 0),
    ("hip_l", "knee_l", 0.085, 1),
    ("knee_l", "foot_l", 0.06, 1),
    ("hip_r", "knee_r", 0.085, 1),
    ("knee_r", "foot_r", 0.06, 1),
    ("shoulder_l", "elbow_l", 0.055, 0),
    ("elbow_l", "hand_l", 0.045, 2),
    ("shoulder_r", "elbow_r", 0.055, 0),
    ("elbow_r", "hand_r", 0.045, 2),
    ("head", "head", 0.12, 2),
)
THIGH = SHANK = 0.43
Random = np.random.Generator


def smooth(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def wander(random: Random, count: int, size: float, seconds: float) -> np.ndarray:
    """Return noise that changes slowly, with the standard deviation ``size``."""
    points = max(int(count / RATE / seconds) + 3, 4)
    places = np.linspace(0, points - 1.001, count)
    values = random.normal(0, size, points)
    low = places.astype(int)
    return values[low] + (values[np.minimum(low + 1, points - 1)] - values[low]) * smooth(places - low)


def figure(
    height: np.ndarray,
    back: np.ndarray,
    lean: np.ndarray,
    yaw: np.ndarray,
    lift: np.ndarray,
    forward: np.ndarray,
    swing: np.ndarray,
    bend: np.ndarray,
) -> np.ndarray:
    """Return joints (frames, 15, 3) in metres, y down, of somebody whose feet stay where legs can reach them."""
    count = len(height)
    zero = np.zeros(count)
    pelvis = np.stack([-back, -(height + lift), zero], 1)
    trunk = np.stack([np.sin(lean), -np.cos(lean), zero], 1)
    joints = np.zeros((count, len(NAMES), 3))
    joints[:, PLACE["pelvis"]] = pelvis
    joints[:, PLACE["neck"]] = neck = pelvis + 0.5 * trunk
    joints[:, PLACE["head"]] = neck + 0.2 * np.stack([np.sin(lean * 0.7), -np.cos(lean * 0.7), zero], 1)
    for side, z in (("l", 1.0), ("r", -1.0)):
        hip = pelvis + np.array([0, 0, 0.1 * z])
        foot = np.stack([zero + 0.03, -0.06 - lift, zero + 0.14 * z], 1)
        leg = foot - hip
        length = np.linalg.norm(leg, axis=1, keepdims=True)
        axis = leg / length
        reach = np.minimum(length, THIGH + SHANK - 1e-3)
        foot = hip + axis * reach
        front = np.array([1.0, 0, 0]) - axis[:, :1] * axis
        front /= np.linalg.norm(front, axis=1, keepdims=True)
        joints[:, PLACE[f"hip_{side}"]] = hip
        joints[:, PLACE[f"knee_{side}"]] = hip + axis * reach / 2 + front * np.sqrt(THIGH**2 - reach**2 / 4)
        joints[:, PLACE[f"foot_{side}"]] = foot
        shoulder = neck + np.array([0, 0, 0.18 * z]) - 0.03 * trunk
        upper = lean * 0.3 + swing
        elbow = shoulder + 0.29 * np.stack([np.sin(upper), np.cos(upper), zero + 0.1 * z], 1)
        lower = upper + bend
        joints[:, PLACE[f"shoulder_{side}"]] = shoulder
        joints[:, PLACE[f"elbow_{side}"]] = elbow
        joints[:, PLACE[f"hand_{side}"]] = elbow + 0.25 * np.stack([np.sin(lower), np.cos(lower), zero], 1)
    cos, sin = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    x, z = joints[..., 0] + forward[:, None], joints[..., 2].copy()
    joints[..., 0], joints[..., 2] = cos * x - sin * z, sin * x + cos * z
    return joints


def by_rules(action: str, random: Random) -> np.ndarray:
    """Return joints of somebody who jumps, sits down, stands up or turns."""
    count = int(random.integers(22, 46))
    time = np.arange(count) / RATE
    height = 0.86 + wander(random, count, 0.004, 0.7)
    back, lean = wander(random, count, 0.01, 0.7), 0.05 + wander(random, count, 0.03, 0.7)
    yaw = random.uniform(0, 2 * np.pi) + wander(random, count, 0.05, 1.0)
    lift, forward = np.zeros(count), np.zeros(count)
    swing, bend = wander(random, count, 0.1, 0.7), 0.2 + np.abs(wander(random, count, 0.2, 0.7))
    if action in ("sit", "stand"):
        lasts = random.uniform(0.6, 1.5)
        part = smooth((time - random.uniform(0.0, max(time[-1] - lasts, 0.1))) / lasts)
        seat = random.uniform(0.35, 0.55)
        height = height + (seat - 0.86) * part
        back = back + random.uniform(0.15, 0.45) * part
        lean = lean + random.uniform(0.3, 0.9) * np.sin(np.pi * part) + random.uniform(-0.1, 0.3) * part
        swing = swing + random.uniform(0.2, 0.9) * part
        bend = bend + random.uniform(0, 0.9) * part
        if random.random() < 0.4:  # turns while it goes
            yaw = yaw + random.normal(0, 0.8) * smooth((time - time.mean() + 0.6) / 1.2)
    elif action == "turn":
        lasts = random.uniform(0.7, max(time[-1], 0.8))
        part = smooth((time - random.uniform(0, max(time[-1] - lasts, 0.05))) / lasts)
        yaw = yaw + random.choice([-1, 1]) * np.radians(random.uniform(60, 400)) * part
        height = height - 0.015 * np.abs(np.sin(2 * np.pi * time * random.uniform(0.7, 1.4))) * (part > 0) * (part < 1)
        forward = forward + wander(random, count, 0.03, 0.5)
    elif action == "jump":
        begin, step = random.uniform(0.0, 0.6), random.uniform(0, 0.7) if random.random() < 0.6 else 0.0
        while begin < time[-1] - 0.3:
            crouch, speed = random.uniform(0.25, 0.5), random.uniform(1.3, 3.0)
            flight, depth = 2 * speed / 9.81, random.uniform(0.12, 0.4)
            take_off = begin + crouch
            down = np.where(time < take_off, np.sin(np.pi * smooth((time - begin) / crouch)), 0)
            landed = smooth((time - take_off - flight) / 0.45)
            down = down + 0.8 * np.sin(np.pi * landed)
            height, lean = height - depth * down, lean + 0.6 * down
            air = np.clip(time - take_off, 0, flight)
            lift = lift + speed * air - 4.9 * air**2
            forward = forward + step * air / flight
            up = smooth((time - take_off + 0.15) / 0.2) * (1 - landed)
            swing = swing + random.uniform(0.5, 2.4) * up - 0.7 * down
            begin = take_off + flight + random.uniform(0.2, 0.8)
    joints = figure(height, back, lean, yaw, lift, forward, swing, bend)
    return joints[::-1] if action == "stand" else joints


class Captures:
    """Runs and walks of motion capture, at 15 frames a second."""

    def __init__(self, data: Path) -> None:
        held = dict(np.load(data / "video" / "mocap" / "train.npz"))  # each is unpacked once
        names = "Head Neck UpperArm_L LowerArm_L Hand_L UpperArm_R LowerArm_R Hand_R Hips UpperLeg_L LowerLeg_L"
        names = [*names.split(), "Foot_L", "UpperLeg_R", "LowerLeg_R", "Foot_R"]
        order = [held["joint"].tolist().index(name) for name in names]
        ends = np.cumsum(held["length"])
        self.clips: dict[str, list[np.ndarray]] = {"run": [], "walk": []}
        for action, begin, end in zip(held["action"], ends - held["length"], ends, strict=True):
            joints = held["pos_mm"][begin:end][:, order] / 1000.0
            joints[..., 1] *= -1
            joints[..., 0, 1] -= 0.08  # of the head's middle
            self.clips[action].append(joints)

    def draw(self, action: str, random: Random) -> np.ndarray:
        """Return joints (frames, 15, 3) of an excerpt."""
        clip = self.clips[action][random.integers(len(self.clips[action]))]
        step = 2 * random.uniform(0.85, 1.15)
        frames = int(min(random.integers(20, 46), (len(clip) - 1) / step))
        places = random.uniform(0, len(clip) - 1 - frames * step) + step * np.arange(frames)
        low = places.astype(int)
        joints = clip[low] + (clip[low + 1] - clip[low]) * (places - low)[:, None, None]
        angle = random.uniform(0, 2 * np.pi)  # of the way, to the line of sight
        if random.random() < 0.5:  # often people go away from the camera, come, or pass by
            ahead = joints[-1, PLACE["pelvis"]] - joints[0, PLACE["pelvis"]]
            angle = np.pi / 2 * random.integers(4) + random.normal(0, 0.15) - np.arctan2(ahead[2], ahead[0])
        middle = joints[:, PLACE["pelvis"]].mean(0)
        x, z = joints[..., 0] - middle[0], joints[..., 2] - middle[2]
        out = joints.copy()
        out[..., 0], out[..., 2] = np.cos(angle) * x - np.sin(angle) * z, np.sin(angle) * x + np.cos(angle) * z
        return out * random.uniform(0.9, 1.15)


class Marked:
    """Joints marked on real videos: flat, the camera's motion is in them."""

    def __init__(self, data: Path) -> None:
        held = dict(np.load(data / "video" / "jhmdb_joints" / "train.npz"))
        ends = np.cumsum(held["length"])
        self.clips: dict[str, list[np.ndarray]] = {}
        for label, begin, end in zip(held["label"], ends - held["length"], ends, strict=True):
            self.clips.setdefault(str(label), []).append(held["xy"][begin:end])

    def draw(self, action: str, random: Random) -> np.ndarray:
        """Return joints (frames, 15, 3) of an excerpt."""
        clip = self.clips[action][random.integers(len(self.clips[action]))]
        step = (30 / RATE) * random.uniform(0.85, 1.15)
        frames = max(int((len(clip) - 1) / step), 2)
        places = np.minimum(step * np.arange(frames), len(clip) - 1.001)
        low = places.astype(int)
        flat = clip[low] + (clip[low + 1] - clip[low]) * (places - low)[:, None, None]
        order = [2, 0, 4, 8, 12, 3, 7, 11, 1, 6, 10, 14, 5, 9, 13]
        flat = flat[:, order]
        tall = np.median(np.linalg.norm(flat[:, PLACE["neck"]] - flat[:, PLACE["pelvis"]], axis=1))
        flat = flat * 0.5 / max(tall, 1e-3)
        flat = flat - np.median(flat, axis=(0, 1)) + [0, -0.85]
        return np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)


def room(random: Random, width: int, height: int) -> np.ndarray:
    """Return a random picture: clouds, panels, bars, lamps; 0 to 1."""
    picture = np.full((height, width), random.uniform(0.1, 0.6))
    for octave in range(2, 7):
        grid = random.normal(0, random.uniform(0, 0.03) * octave, (height // 2**octave + 2, width // 2**octave + 2))
        picture += np.kron(grid, np.ones((2**octave, 2**octave)))[:height, :width]
    for _ in range(random.integers(3, 40)):
        y, x = random.integers(height), random.integers(width)
        h, w = random.integers(3, 70), random.integers(2, 90)
        picture[y : y + h, x : x + w] = picture[y : y + h, x : x + w] * 0.4 + random.uniform(0, 0.7)
    if random.random() < 0.3:
        period = random.uniform(4, 14)
        picture += 0.12 * np.sign(np.sin(np.arange(width) * 2 * np.pi / period))
    if random.random() < 0.5:
        floor = int(height * random.uniform(0.5, 0.8))
        picture[floor:] = picture[floor:] * 0.4 + random.uniform(0, 0.4)
    for _ in range(random.integers(0, 4)):
        y, x = random.integers(height), random.integers(width)
        picture[y : y + random.integers(2, 12), x : x + random.integers(2, 25)] = random.uniform(1.0, 3.0)
    picture = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1) + np.roll(picture, (1, 1), (0, 1))) / 4
    return np.clip(picture, 0, 3)


def sampled(picture: np.ndarray, x: float, y: float, zoom: float) -> np.ndarray:
    """Return what a camera sees of a picture around a point."""
    u = np.clip(x + (np.arange(WIDTH) - WIDTH / 2) / zoom, 0, picture.shape[1] - 1.01)
    v = np.clip(y + (np.arange(HEIGHT) - HEIGHT / 2) / zoom, 0, picture.shape[0] - 1.01)
    u0, v0 = u.astype(int), v.astype(int)
    fu, fv = u - u0, (v - v0)[:, None]
    rows = picture[v0] * (1 - fv) + picture[v0 + 1] * fv
    return rows[:, u0] * (1 - fu) + rows[:, u0 + 1] * fu


GRID_Y, GRID_X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)


def tube(frame: np.ndarray, a: np.ndarray, b: np.ndarray, radius: float, colour: float, wave: np.ndarray) -> None:
    """Draw a tube with soft edges and a pattern that moves with it."""
    low = np.floor(np.minimum(a, b) - radius - 2).astype(int)
    high = np.ceil(np.maximum(a, b) + radius + 3).astype(int)
    x0, x1 = np.clip([low[0], high[0]], 0, WIDTH)
    y0, y1 = np.clip([low[1], high[1]], 0, HEIGHT)
    if x0 >= x1 or y0 >= y1:
        return
    px, py = GRID_X[y0:y1, x0:x1] - a[0], GRID_Y[y0:y1, x0:x1] - a[1]
    axis = b - a
    length = float(np.hypot(*axis))
    unit = axis / length if length > 1e-6 else np.array([0.0, 1.0])
    along, across = px * unit[0] + py * unit[1], py * unit[0] - px * unit[1]
    distance = np.hypot(along - np.clip(along, 0, length), across)
    cover = np.clip(radius - distance + 0.5, 0, 1)
    s, t = along / max(radius, 1), across / max(radius, 1)
    pattern = wave[0] * np.sin(wave[1] * s + wave[2] * t + wave[3]) + 0.25 * wave[4] * t
    view = frame[y0:y1, x0:x1]
    view += cover * (colour * (1 + pattern) - view)


def filmed(joints: np.ndarray, random: Random, *, flat: bool) -> np.ndarray:
    """Return uint8 frames of somebody in front of a room."""
    count = len(joints)
    focal = random.uniform(110, 190)
    away = 1.7 * focal / (HEIGHT * np.exp(random.uniform(np.log(0.4), np.log(1.3))))
    root = joints[:, PLACE["pelvis"]]
    closest = root[:, 2].min() + away
    if closest < 1.0:
        away += 1.0 - closest
    eye = random.uniform(-1.7, -0.9)
    x, y, z = joints[..., 0], joints[..., 1] - eye, np.maximum(joints[..., 2] + away, 0.4)
    aim = np.arctan2(root[:, 0], root[:, 2] + away)
    lag = int(random.integers(0, 5))
    tracked = np.concatenate([np.repeat(aim[:1], lag), aim])[:count] * random.choice(
        [0, 1, 1, random.uniform(0.3, 1.1)]
    )
    shake = random.choice([0, 0.3, 1.0, 2.0])
    pan = focal * tracked + wander(random, count, shake, 0.3) + wander(random, count, 4 * shake, 1.5)
    tilt = focal * 0.5 * (0.85 + eye) / away + wander(random, count, shake, 0.3) + wander(random, count, 2 * shake, 1.5)
    if flat:
        pan, tilt = wander(random, count, shake, 0.3), wander(random, count, shake, 0.3)
    middle_x, middle_y = WIDTH / 2 + random.normal(0, 10), HEIGHT / 2 + random.normal(0, 5)
    px = middle_x + focal * x / z - pan[:, None]
    py = middle_y + focal * y / z - tilt[:, None]
    zoom = np.exp(wander(random, count, 0.02 * shake, 1.0)) * random.uniform(0.9, 1.2)
    if random.random() < 0.15:
        zoom = zoom * np.exp(np.linspace(0, random.normal(0, 0.25), count))
    picture = room(random, 700, 260)
    colours = random.uniform(0.02, 0.9, 3) * random.uniform(0.3, 1.3)
    behind = float(np.median(picture))
    while abs(colours[0] - behind) < 0.15 and abs(colours[1] - behind) < 0.15:  # somebody has to be seen
        colours = random.uniform(0.02, 1.2, 3)
    waves = np.stack(
        [[random.uniform(0, 0.5), *random.uniform(0, 4, 2), random.uniform(0, 6), random.normal()] for _ in TUBES]
    )
    stout = random.uniform(0.8, 1.25)
    frames = np.empty((count, HEIGHT, WIDTH))
    centre = WIDTH / 2
    for index in range(count):
        frame = sampled(picture, 350 + pan[index], 130 + tilt[index], zoom[index])
        place = np.stack([px[index], py[index]], 1)
        place = (place - [centre, HEIGHT / 2]) * zoom[index] + [centre, HEIGHT / 2]
        depth = z[index]
        for part in sorted(range(len(TUBES)), key=lambda p: -depth[PLACE[TUBES[p][0]]]):
            a, b, radius, colour = TUBES[part]
            scale = zoom[index] * focal / depth[PLACE[a]]
            tube(frame, place[PLACE[a]], place[PLACE[b]], radius * stout * scale, colours[colour], waves[part])
        frames[index] = frame
    light = np.exp(random.normal(0, 0.5) * (GRID_X / WIDTH - 0.5) + random.normal(0, 0.5) * (GRID_Y / HEIGHT - 0.5))
    bright = np.exp(random.uniform(np.log(12), np.log(90)))
    frames = frames * light * bright + random.uniform(0, 8)
    frames += random.normal(0, random.choice([0.3, 1.0, 2.0]), frames.shape)
    return np.clip(np.round(frames), 0, 255).astype(np.uint8)


def written(frames: np.ndarray, path: Path, crf: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", RATE, options={"crf": str(crf), "preset": "veryfast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for index, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="gray")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=400, help="of each action")
    parser.add_argument("--actions", nargs="+", default=ACTIONS, choices=ACTIONS, help="those that are rendered")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    captures, marked = Captures(options.data), Marked(options.data)
    options.folder.mkdir(parents=True, exist_ok=True)
    with (options.folder / "clips.tsv").open("a") as table:
        for action in options.actions:
            for number in range(options.clips):
                random = np.random.default_rng([options.seed, ACTIONS.index(action), number])
                flat = action in marked.clips and random.random() < (0.25 if action in captures.clips else 0.3)
                source: Callable[[str, Random], np.ndarray] = by_rules
                if flat:
                    source = marked.draw
                elif action in captures.clips:
                    source = captures.draw
                joints = source(action, random)
                if random.random() < 0.5:
                    joints = joints * [-1, 1, 1]
                name = f"{action}-{number}.mp4"
                written(filmed(joints, random, flat=flat), options.folder / name, int(random.integers(16, 36)))
                table.write(f"{name}\t{action}\n")


if __name__ == "__main__":
    main()
