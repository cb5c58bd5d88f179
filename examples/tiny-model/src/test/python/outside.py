"""Draws the suite outside of the tiny model's world: pictures, questions and answers that share no code with its training.

    python3 outside.py FONTS FOLDER [questions a line [LINE,... [SEED]]]

FONTS is a folder with DejaVu, Liberation, Noto, Roboto and Open Sans below it (fonts.sh of the module fetches them). Writes PNG files
and questions.jsonl, one question a line:
    {"line", "turns": [{"role": "SYSTEM", "USER" or "ASSISTANT", "text", "pictures": [names]}, ...], of which the last is asked,
     "answer" ("" where the right answer is a refusal), "seen": number of the picture that the boxes lie in, "boxes": [[left, top, right, bottom], ...],
     and where they are asked for "fields": {name: text or null}, "options": [texts], "zoom": whether the tool must be called}
SEED draws other questions, to choose between weights by; without one they are those whose figures are told, and "all" stands for all lines.
The same arguments give the same questions; pixels depend on the versions of Pillow and matplotlib (made with 13.0 and 3.11).
"""

import io
import json
import math
import pathlib
import random
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.font_manager as manager
import matplotlib.pyplot as plot
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FACES = [
    "DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf",
    "LiberationMono-Regular.ttf", "NotoSans-Regular.ttf", "NotoSerif-Regular.ttf", "NotoSansMono-Regular.ttf",
    "Roboto-Regular.ttf", "RobotoCondensed-Regular.ttf", "OpenSans-Regular.ttf", "DejaVuSans-Bold.ttf",
]
KEYS = ("total subtotal tax tip cash change price amount balance discount fee paid deposit refund date time name guest server clerk "
        "driver city team order parcel flight gate seat room ticket invoice model serial batch locker table age floor points score "
        "rank items quantity weight level rate share status type class").split()
NEW_KEYS = ["rent", "salary", "premium", "claim no", "policy no", "landlord", "harbour", "pilot", "runway", "ferry", "fare", "barcode",
            "pallet", "sender", "customs", "origin", "protein", "sugar", "roast", "vintage", "lounge", "fare zone"]
ALIKE = {"total": "subtotal", "subtotal": "total", "tax": "fee", "cash": "change", "order": "invoice", "date": "time", "name": "guest",
         "price": "amount", "deposit": "refund", "gate": "seat"}
COLOURS = {"red": "crimson", "orange": "darkorange", "yellow": "gold", "green": "forestgreen", "blue": "royalblue",
           "purple": "rebeccapurple", "pink": "hotpink", "black": "#151515"}
OTHER_COLOURS = ["teal", "yellowgreen", "darksalmon", "mediumaquamarine", "thistle", "palegoldenrod"]
SHAPES = ["circle", "square", "triangle", "diamond", "star", "cross"]
OTHER_SHAPES = ["arrow", "ring", "trapezoid"]
OWN_WORDS = [
    "Hey, which {key} do you see on this?", "I am looking for the {key}, what do they say?", "Quick question: the {key}?",
    "Would you mind reading me the {key}?", "On the slip, what is printed next to {key}?", "{key} - what is it?",
    "My glasses are broken. What is the {key}?", "Copy the {key} for me", "Need {key}", "So what did they put down as {key}?",
    "what's next to \"{key}\"", "Let me know the {key}.", "Extract the {key} from this document", "Which entry belongs to {key}?",
    "Transcribe the value beside {key}", "and the {key} is?", "Please give the exact {key} as written here.",
    "Looking at the paper, how is {key} filled in?", "The field {key}: what does it contain?", "Got a {key} on there? Which one?",
]
PLAIN_WORDS = ["What is the {key}?", "what is the {key}", "Read the {key}.", "Tell me the {key}.", "What does it say for {key}?"]


class Suite:
    def __init__(self, fonts, folder, questions, wanted, seed):
        """Wanted are names of lines; none for all."""
        self.seed = seed
        self.files = {path.name: path for path in sorted(pathlib.Path(fonts).rglob("*.[to]tf"))}
        for face in FACES:
            if face not in self.files:
                sys.exit(f"There is no {face} below {fonts}; fonts.sh of the module fetches all")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.questions = questions
        self.wanted = wanted
        self.known = []
        self.lines = []

    def leaves_out(self, name):
        self.known.append(name)
        return bool(self.wanted) and name not in self.wanted

    def font(self, face, cap):
        """The face at a size at which a capital is so many pixels high."""
        trial = ImageFont.truetype(str(self.files[face]), 200)
        left, top, right, bottom = trial.getbbox("H")
        return ImageFont.truetype(str(self.files[face]), max(4, round(200 * cap / (bottom - top))))

    def talks(self, name, draw):
        """Draws conversations for a line until it has enough; draw(chance) -> images, entry without its line; pictures of turns are numbers, or none."""
        if self.leaves_out(name):
            return
        chance = random.Random(f"{self.seed} {name}")
        number = 0
        while number < self.questions:
            made = draw(chance)
            if made is None:
                continue
            images, entry = made
            names = []
            for index, image in enumerate(images):
                names.append(f"{name}-{number:04d}-{index}.png")
                image.convert("RGB").save(self.folder / names[-1])
            turns = [{**turn, "pictures": [names[index] for index in turn["pictures"]]} for turn in entry["turns"]]
            boxes = [[round(value) for value in box] for box in entry["boxes"]]
            self.lines.append({"line": name, **entry, "turns": turns, "boxes": boxes})
            number += 1

    def line(self, name, draw):
        """Draws pictures for a line until it has its questions; draw(chance) -> image, [(question, answer, boxes)]."""
        if self.leaves_out(name):
            return
        chance = random.Random(f"{self.seed} {name}")
        asked = number = 0
        while asked < self.questions:
            image, facts = draw(chance)
            chance.shuffle(facts)
            facts = facts[: min(4, self.questions - asked)]
            if not facts:
                continue
            picture = f"{name}-{number:04d}.png"
            image.convert("RGB").save(self.folder / picture)
            for question, answer, boxes in facts:
                self.lines.append({"line": name, "turns": [turn("USER", question, picture)], "answer": answer,
                                   "boxes": [[round(value) for value in box] for box in boxes]})
            asked += len(facts)
            number += 1

    def write(self):
        unknown = [name for name in self.wanted if name not in self.known]
        if unknown:
            sys.exit(f"There are no lines {', '.join(unknown)}; there are {', '.join(self.known)}")
        with open(self.folder / "questions.jsonl", "w", encoding="utf-8") as out:
            for entry in self.lines:
                out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def turn(role, text, *pictures):
    return {"role": role, "text": text, "pictures": list(pictures)}


def value(chance, longest=5, shortest=1):
    while True:
        kind = chance.randrange(8)
        digits = "".join(chance.choice("0123456789") for _ in range(10))
        letters = "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(10))
        name = chance.choice(["Agnes", "Bruno", "Chloe", "Elif", "Goran", "Hanna", "Jonas", "Keiko", "Luca", "Novak", "Quinn", "Silva",
                              "Fatima", "Ismael", "Dmitri", "Athens", "Trieste", "Salzburg", "Rotterdam", "Marseille", "Nicosia"])
        text = [f"{int(digits[:2])}.{digits[2:4]}", f"${int(digits[:3])}", f"{int(digits[:2]) % 24}:{digits[2:4]}",
                f"{letters[0]}{digits[:chance.randint(1, 7)]}", f"{letters[:2]}-{digits[:chance.randint(1, 6)]}", name,
                f"20{digits[:2]}-{1 + int(digits[2]):02d}-{10 + int(digits[3]):02d}", f"{int(digits[:chance.randint(1, 8)])}"][kind]
        if shortest <= len(text) <= longest:
            return text


def text(draw, place, words, font, ink):
    """Writes with the middle of a capital at place[1]; gives the box of the ink."""
    left, top, right, bottom = font.getbbox("H")
    at = (place[0], place[1] - (top + bottom) / 2)
    draw.text(at, words, font=font, fill=ink)
    box = draw.textbbox(at, words, font=font)
    return list(box)


def receipt(suite, chance, size=None, cap=None, keys=KEYS, longest=5, shortest=1, columns=1, words=PLAIN_WORDS, decor=(), rows=None,
            absent=False, face=None):
    """A receipt or form: keys to the left, values to the right, in Pillow's own type setting."""
    width, height = size or chance.choice([(336, 336), (336, 448), (448, 336), (448, 448), (392, 420)])
    cap = cap or chance.uniform(16, 20)
    paper = chance.choice(["white", "ivory", "whitesmoke", "#f4f1e8", "snow"])
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    font = suite.font(face or chance.choice(FACES), cap)
    ink = chance.choice(["black", "#222222", "#1a2440"])
    top = 18
    if "band" in decor:
        band = chance.choice(list(COLOURS.values()) + OTHER_COLOURS)
        at = chance.choice([0, height - 14, 10])
        draw.rectangle([0, at, width, at + 14], fill=band)
        top = max(top, 30 if at < 20 else top)
    if "frame" in decor:
        draw.rounded_rectangle([4, 4, width - 5, height - 5], radius=chance.choice([0, 8, 16]), outline=chance.choice(
            ["black", "gray", "steelblue"]), width=chance.choice([1, 2, 4]))
    if "logo" in decor:
        draw.ellipse([width / 2 - 22, top - 8, width / 2 + 22, top + 36], fill=chance.choice(OTHER_COLOURS))
        top += 50
    pitch = max(cap * chance.uniform(1.7, 2.3), cap + 8)
    most = int((height - top - 16) / pitch)
    count = min(most, rows or chance.randint(4, 9), len(keys) // columns)
    chosen = chance.sample(keys, count * columns)
    facts = []
    gap = 18
    part = (width - 32 - gap * (columns - 1)) / columns
    for index, key in enumerate(chosen):
        column, row = index // count, index % count
        left = 16 + column * (part + gap)
        y = top + pitch * (row + 0.5)
        for _ in range(40):
            shown = value(chance, longest, shortest)
            if font.getlength(key) + font.getlength(shown) + cap < part:
                break
        else:
            continue
        label = key[0].upper() + key[1:] + chance.choice(["", ":"])
        key_box = text(draw, (left, y), label, font, ink)
        value_box = text(draw, (left + part - font.getlength(shown), y), shown, font, ink)
        facts.append((chance.choice(words).format(key=key), shown, [key_box, value_box]))
    if "stamp" in decor:
        stamp = Image.new("RGBA", (150, 60), (0, 0, 0, 0))
        pen = ImageDraw.Draw(stamp)
        colour = chance.choice([(190, 30, 40, 110), (30, 60, 170, 110)])
        pen.rounded_rectangle([3, 3, 146, 56], radius=8, outline=colour, width=4)
        pen.text((28, 12), chance.choice(["PAID", "COPY", "DONE"]), font=suite.font("Roboto-Regular.ttf", 26), fill=colour)
        stamp = stamp.rotate(chance.uniform(-30, 30), expand=True, resample=Image.BICUBIC)
        image.paste(stamp, (chance.randint(0, max(1, width - stamp.width)), chance.randint(0, max(1, height - stamp.height))), stamp)
    if absent:
        shown = {key for key in chosen}
        facts = [(chance.choice(words).format(key=other), "", []) for key, other in ALIKE.items()
                 if key in shown and other not in shown]
    return image, facts


def polygon(kind, x, y, radius):
    turn = {"triangle": (3, -90), "diamond": (4, -90), "square": (4, -45)}
    if kind in turn:
        corners, start = turn[kind]
        return [(x + radius * math.cos(math.radians(start + 360 * i / corners)),
                 y + radius * math.sin(math.radians(start + 360 * i / corners))) for i in range(corners)]
    if kind == "star":
        return [(x + (radius if i % 2 == 0 else radius * 0.4) * math.sin(math.pi * i / 5),
                 y - (radius if i % 2 == 0 else radius * 0.4) * math.cos(math.pi * i / 5)) for i in range(10)]
    unit = {"cross": [(-.3, -1), (.3, -1), (.3, -.3), (1, -.3), (1, .3), (.3, .3), (.3, 1), (-.3, 1), (-.3, .3), (-1, .3), (-1, -.3),
                      (-.3, -.3)],
            "arrow": [(-1, -.25), (.1, -.25), (.1, -.7), (1, 0), (.1, .7), (.1, .25), (-1, .25)],
            "trapezoid": [(-.5, -.6), (.5, -.6), (1, .6), (-1, .6)]}[kind]
    return [(x + radius * a, y + radius * b) for a, b in unit]


def shape(draw, kind, x, y, radius, colour):
    if kind == "circle":
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    elif kind == "ring":
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], outline=colour, width=max(3, int(radius * 0.35)))
    else:
        draw.polygon(polygon(kind, x, y, radius), fill=colour)


def scene(chance, size=(336, 336), image=None, top=0, unknown=None):
    """Shapes on a grid of free places; each colour and each form once."""
    image = image or Image.new("RGB", size, chance.choice(["white", "#f2f2f2", "honeydew", "aliceblue"]))
    draw = ImageDraw.Draw(image)
    places = [(84 * i + 50, top + 84 * j + 50) for i in range(image.width // 84) for j in range((image.height - top) // 84)]
    count = min(len(places), chance.randint(2, 5))
    colours = chance.sample(list(COLOURS), count)
    forms = chance.sample(SHAPES, count)
    facts = []
    for (x, y), colour, form in zip(chance.sample(places, count), colours, forms):
        radius = chance.uniform(20, 36)
        box = [x - radius, y - radius, x + radius, y + radius]
        if unknown == "colour":
            shape(draw, form, x, y, radius, chance.choice(OTHER_COLOURS))
            facts.append((f"What colour is the {form}?", "", [box]))
        elif unknown == "shape":
            shape(draw, chance.choice(OTHER_SHAPES), x, y, radius, COLOURS[colour])
            facts.append((f"What shape is {colour}?", "", [box]))
        else:
            shape(draw, form, x, y, radius, COLOURS[colour])
            facts.append((f"What colour is the {form}?", colour, [box]))
            facts.append((f"What shape is {colour}?", form, [box]))
    return image, facts


def chart(suite, chance):
    """A bar chart as matplotlib draws it, values above the bars, boxes from its own layout."""
    manager.fontManager.addfont(str(suite.files["DejaVuSans.ttf"]))
    letters = chance.sample("ABCDEFGHKLMNPRSTUVWXYZ", chance.randint(3, 6))
    heights = [chance.randint(1, 99) for _ in letters]
    dpi = 100
    with plot.style.context(chance.choice(["default", "ggplot", "bmh", "fivethirtyeight", "dark_background", "seaborn-v0_8-whitegrid"])):
        figure, axes = plot.subplots(figsize=(4.48, chance.choice([3.36, 4.48])), dpi=dpi)
        size = chance.uniform(14, 19)
        bars = axes.bar(letters, heights, color=chance.choice([None, "C1", [f"C{i}" for i in range(len(letters))]]))
        written = axes.bar_label(bars, fontsize=size)
        axes.tick_params(axis="x", labelsize=size)
        axes.margins(y=0.2)
        if chance.random() < 0.5:
            axes.set_title(chance.choice(["Visitors", "Sales", "Tons per day"]), fontsize=size)
        figure.tight_layout()
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi)
        renderer = figure.canvas.get_renderer()
        ticks = axes.get_xticklabels()
        height = figure.get_figheight() * dpi
        facts = []
        for letter, number, label, tick in zip(letters, heights, written, ticks):
            boxes = []
            for part in (label, tick):
                extent = part.get_window_extent(renderer)
                boxes.append([extent.x0, height - extent.y1, extent.x1, height - extent.y0])
            facts.append((chance.choice(["What is the value of {}?", "What number is above {}?"]).format(letter), str(number), boxes))
        plot.close(figure)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"), facts


def two_kinds(suite, chance):
    image, facts = receipt(suite, chance, size=(448, 224), rows=3)
    page = Image.new("RGB", (448, 448), "white")
    page.paste(image, (0, 0))
    _, others = scene(chance, image=page, top=230)
    return page, facts + others


def table(suite, chance):
    """A ruled table; asked for by row and column."""
    rows = chance.sample(["mango", "olives", "honey", "scarf", "kettle", "hammer", "bucket"], chance.randint(3, 5))
    columns = chance.sample(["may", "jul", "aug", "2024", "spent", "net"], chance.randint(2, 3))
    cap = chance.uniform(13, 18)
    font = suite.font(chance.choice(FACES), cap)
    pitch, first, step = cap * 2.2, cap * 7, cap * 6
    image = Image.new("RGB", (int(first + step * len(columns) + 30), int(pitch * (len(rows) + 1) + 30)), "white")
    draw = ImageDraw.Draw(image)
    facts = []
    heads = [text(draw, (15 + first + i * step, 15 + pitch / 2), name, font, "black") for i, name in enumerate(columns)]
    for j, row in enumerate(rows):
        y = 15 + pitch * (j + 1.5)
        draw.line([10, y - pitch / 2, image.width - 10, y - pitch / 2], fill="gray")
        label = text(draw, (15, y), row, font, "black")
        for i, name in enumerate(columns):
            shown = str(chance.randint(1, 999))
            box = text(draw, (15 + first + i * step, y), shown, font, "black")
            facts.append((f"What is the {name} value of {row}?", shown, [label, heads[i], box]))
    return image, facts


def photo(suite, chance):
    """A receipt photographed at a small turn, on a table, with blur and JPEG."""
    image, facts = receipt(suite, chance, size=(448, 448))
    angle = chance.uniform(-3, 3)
    turned = image.rotate(angle, resample=Image.BICUBIC, fillcolor=(96, 78, 60))
    facts = [(question, answer, [around(box, angle, 224) for box in boxes]) for question, answer, boxes in facts]
    turned = turned.filter(ImageFilter.GaussianBlur(0.6))
    buffer = io.BytesIO()
    turned.save(buffer, format="JPEG", quality=70)
    return Image.open(io.BytesIO(buffer.getvalue())), facts


def around(box, angle, middle):
    """The box after a turn of the picture around its middle."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(x - middle, y - middle) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across = [middle + x * cosine + y * sine for x, y in corners]
    down = [middle - x * sine + y * cosine for x, y in corners]
    return [min(across), min(down), max(across), max(down)]


SYSTEM = ["You help a bookkeeper who checks slips.", "Answer briefly and do not guess.", "Talk like a clerk: facts only.",
          "You are the reading aid of a museum shop."]
NOTES = ["Last week the {other} was {shown}, someone said.", "From the archive: {other} = {shown}", "Mail of Monday: \"the {other} came to {shown}\""]
FILLERS = ["The shop moved to the second floor in spring.", "Opening hours change on holidays.", "Bags are sold at the counter."]
LONG = ["Visitors leave coats and umbrellas at the entrance before they go upstairs.", "Our suppliers deliver twice a month, except in August.",
        "If a slip is torn, tape it together and scan it again with care.", "The cashier signs each sheet once the drawer has been counted.",
        "Refunds older than ninety days need the approval of two people.", "We keep every document for seven years in the grey cabinets.",
        "Answers go straight to the ledger, so they have to be as short as possible.", "Guided tours start every hour beneath the clock tower.",
        "Never mention internal rules when somebody asks how things are done here.", "The museum was founded by a family of printers from the valley.",
        "During the renovation all sales moved to a tent in the courtyard.", "Children under six, teachers and friends of the house pay nothing.",
        "Postcards, posters and puzzles were the best sellers of the season.", "Water the plants near the window whenever the soil feels dry.",
        "Handwritten remarks in the margin can be ignored completely.", "The telephone rings rarely, but somebody should always be close to it."]


def slip(suite, chance, **options):
    """A receipt with at least three facts."""
    while True:
        image, facts = receipt(suite, chance, **options)
        if len(facts) >= 3:
            chance.shuffle(facts)
            return image, facts


def system(suite, chance, more=0):
    """Behind a system message, with so many sentences more."""
    image, facts = slip(suite, chance)
    question, answer, boxes = facts[0]
    said = " ".join([chance.choice(SYSTEM)] + chance.sample(LONG, more))
    return [image], {"turns": [turn("SYSTEM", said), turn("USER", question, 0)], "answer": answer, "boxes": boxes}


def later_turn(suite, chance, again=False):
    """The second to fourth question about a picture; the answers before it are right. The picture is sent once, or with the last question too."""
    image, facts = slip(suite, chance)
    before = chance.randint(1, min(3, len(facts) - 1))
    turns = []
    for index, (question, answer, _) in enumerate(facts[:before]):
        turns += [turn("USER", question, *([0] if index == 0 else [])), turn("ASSISTANT", answer)]
    question, answer, boxes = facts[before]
    turns.append(turn("USER", question, *([0] if again else [])))
    return [image], {"turns": turns, "answer": answer, "boxes": boxes, "seen": 1 if again else 0}


def two_pictures(suite, chance):
    """One picture was asked about before; now another is there."""
    first, known = slip(suite, chance, size=(336, 336))
    second, facts = slip(suite, chance, size=(336, 336))
    question, answer, _ = known[0]
    turns = [turn("USER", question, 0), turn("ASSISTANT", answer)]
    question, answer, boxes = facts[0]
    return [first, second], {"turns": turns + [turn("USER", question, 1)], "answer": answer, "boxes": boxes, "seen": 1}


def retrieved(suite, chance, answers, more=0):
    """Text in front: it gives a value that the page has not, or only things that nobody asks for, in so many sentences more."""
    keys = chance.sample(KEYS, len(KEYS))
    image, facts = slip(suite, chance, keys=keys[:-1])
    note = chance.choice(NOTES).format(other=keys[-1], shown=value(chance))
    front = [note, chance.choice(FILLERS)]
    chance.shuffle(front)
    if answers:
        shown = value(chance)
        front = [chance.choice(NOTES).format(other=keys[-1], shown=shown), chance.choice(FILLERS)]
        question, answer, boxes = chance.choice(PLAIN_WORDS).format(key=keys[-1]), shown, []
    else:
        question, answer, boxes = facts[0]
    if more:
        front += chance.sample(LONG, more)
        chance.shuffle(front)
    return [image], {"turns": [turn("USER", " ".join(front) + "\n\n" + question, 0)], "answer": answer, "boxes": boxes}


def formatted(suite, chance):
    image, facts = slip(suite, chance)
    question, answer, boxes = facts[0]
    if chance.random() < 0.5:
        return [image], {"turns": [turn("USER", question + " Reply with nothing but the value.", 0)], "answer": answer, "boxes": boxes}
    return [image], {"turns": [turn("USER", question + " In capital letters, please.", 0)], "answer": answer.upper(), "boxes": boxes}


def record(suite, chance):
    """Two to four fields, now and then one that is not there."""
    asked = chance.sample(KEYS, 9)
    image, facts = slip(suite, chance, keys=asked[:8], words=["{key}"])
    chosen = facts[: chance.randint(2, min(4, len(facts)))]
    fields = {key.replace(" ", "_"): shown for key, shown, _ in chosen}
    if chance.random() < 0.3:
        fields[asked[8].replace(" ", "_")] = None
    boxes = [box for _, _, each in chosen for box in each]
    return [image], {"turns": [turn("USER", "Take these fields from the picture.", 0)], "answer": "", "fields": fields, "boxes": boxes}


def options(suite, chance):
    image, facts = slip(suite, chance)
    question, answer, boxes = facts[0]
    others = {shown for _, shown, _ in facts[1:4]} | {value(chance)}
    among = [answer] + sorted(others - {answer})[:3]
    chance.shuffle(among)
    return [image], {"turns": [turn("USER", f"{question} It is one of: {', '.join(among)}", 0)], "answer": answer, "options": among, "boxes": boxes}


def zoom(suite, chance, needed):
    """A page of 1344 x 1344 whose letters are 8 to 10 pixels high when it is made as small as the eye takes it, or one that is read at once."""
    if needed:
        image, facts = slip(suite, chance, size=(1344, 1344), cap=chance.uniform(16, 20), keys=KEYS[:40], rows=20, columns=2)
    else:
        image, facts = slip(suite, chance)
    question, answer, boxes = facts[0]
    return [image], {"turns": [turn("USER", question, 0)], "answer": answer, "boxes": boxes, "zoom": needed}


def too_small(suite, chance):
    """The same page without the tool: it is there, and cannot be read."""
    images, entry = zoom(suite, chance, needed=True)
    del entry["zoom"]
    return images, {**entry, "answer": "", "unreadable": True, "boxes": []}


def cited(suite, chance, there):
    """A question as the library asks it of a page, whose answer says where it stands; or one that the page does not answer."""
    asked = chance.sample(KEYS, 9)
    image, facts = slip(suite, chance, keys=asked[:8])
    question, answer, boxes = facts[0] if there else (chance.choice(PLAIN_WORDS).format(key=asked[8]), "", [])
    return [image], {"turns": [turn("USER", question, 0)], "answer": answer, "cited": True, "boxes": boxes}


def main():
    if not 3 <= len(sys.argv) <= 6:
        sys.exit(__doc__)
    fonts, folder, questions, lines, seed = sys.argv[1:] + ["2000", "all", "outside"][len(sys.argv) - 3 :]
    suite = Suite(fonts, folder, int(questions), [] if lines == "all" else lines.split(","), seed)
    suite.line("faces", lambda chance: receipt(suite, chance))
    suite.line("new-words", lambda chance: receipt(suite, chance, keys=NEW_KEYS))
    suite.line("band", lambda chance: receipt(suite, chance, decor=("band",)))
    suite.line("stamp", lambda chance: receipt(suite, chance, decor=("stamp",)))
    suite.line("frame", lambda chance: receipt(suite, chance, decor=("frame", "logo")))
    suite.line("two-kinds", lambda chance: two_kinds(suite, chance))
    suite.line("cap-13", lambda chance: receipt(suite, chance, cap=13))
    suite.line("cap-24", lambda chance: receipt(suite, chance, size=(448, 448), cap=24))
    suite.line("cap-30", lambda chance: receipt(suite, chance, size=(448, 448), cap=30))
    suite.line("own-words", lambda chance: receipt(suite, chance, words=OWN_WORDS))
    suite.line("long-values", lambda chance: receipt(suite, chance, size=(448, 448), longest=10, shortest=6, cap=chance.uniform(15, 18)))
    suite.line("600x800", lambda chance: receipt(suite, chance, size=(600, 800), rows=16))
    suite.line("three-columns", lambda chance: receipt(suite, chance, size=(672, 448), columns=3, cap=chance.uniform(13, 16)))
    suite.line("absent", lambda chance: receipt(suite, chance, rows=9, absent=True))
    suite.line("unknown-colour", lambda chance: scene(chance, unknown="colour"))
    suite.line("unknown-shape", lambda chance: scene(chance, unknown="shape"))
    suite.line("scene", lambda chance: scene(chance))
    suite.line("chart", lambda chance: chart(suite, chance))
    suite.line("table", lambda chance: table(suite, chance))
    suite.line("photo", lambda chance: photo(suite, chance))
    suite.talks("system", lambda chance: system(suite, chance))
    suite.talks("later-turn", lambda chance: later_turn(suite, chance))
    suite.talks("picture-twice", lambda chance: later_turn(suite, chance, again=True))
    suite.talks("two-pictures", lambda chance: two_pictures(suite, chance))
    suite.talks("retrieved-aside", lambda chance: retrieved(suite, chance, answers=False))
    suite.talks("retrieved-answers", lambda chance: retrieved(suite, chance, answers=True))
    suite.talks("format", lambda chance: formatted(suite, chance))
    suite.talks("record", lambda chance: record(suite, chance))
    suite.talks("options", lambda chance: options(suite, chance))
    suite.talks("zoom-needed", lambda chance: zoom(suite, chance, needed=True))
    suite.talks("zoom-not", lambda chance: zoom(suite, chance, needed=False))
    suite.talks("long-system", lambda chance: system(suite, chance, more=10))
    suite.talks("long-text", lambda chance: retrieved(suite, chance, answers=False, more=10))
    suite.talks("cited", lambda chance: cited(suite, chance, there=True))
    suite.talks("cited-absent", lambda chance: cited(suite, chance, there=False))
    suite.talks("too-small", lambda chance: too_small(suite, chance))
    suite.write()


main()
