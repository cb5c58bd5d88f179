package io.github.glimpse.text;

import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Texts of all kinds that a tokenizer may meet, drawn by a seed. */
final class RandomTexts {

    private static final String[] WORDS =
            ("the quick brown fox What's don't I'LL we've it'd THEY'RE isn't it 's total of this bill İstanbul STRASSE straße"
                            + " ΟΔΟΣ ſ 'ſ naïve Ångström coöperate über façade ﬁne x₁ ² ½ Ⅷ 𝔘𝔫𝔦 do not n't $12.50 3,141 2026-11-21")
                    .split(" ");
    private static final String[] CODE = {
        "if (a[i] != b) {\n\treturn x->y;\r\n}",
        "</div>",
        "&amp;",
        "\\n",
        "/* ... */",
        "#!/bin/sh\n\n",
        "<|",
        "|>",
        "{{",
        "}}",
        "0x1F",
        "a_b__c",
        "---",
        "....",
        "''",
        "\"\"",
        "``",
        "::",
        "=>",
        "@Test",
        "</s>",
        "<s>",
        "[CLS]",
        "##ing",
        "▁",
        "▁▁a",
        "<0x0A>",
        "Ġ",
        "Ċ",
        "</w>",
        "’s",
        "…"
    };
    private static final String[] BLANKS = {
        " ",
        "  ",
        "   ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u2003",
        "\u200b",
        "\u3000",
        "\u0085",
        "\u2028",
        " \n ",
        "\u000b",
        "\f",
        "        ",
        "\u180e",
        "\ufeff",
        "\u001c",
        "\u001f"
    };
    private static final String[] EMOJI = {
        "😀", "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "🏳️‍🌈", "1️⃣", "☺", "🫠", "\uFE0F", "\u200D"
    };
    private static final String[] MARKS = {
        "e\u0301",
        "a\u0308\u0323",
        "a\u0323\u0308",
        "\u0301",
        "q\u0307\u0323\u0345",
        "\u1100\u1161\u11a8",
        "가각",
        "\u1100\u1161",
        "각\u11a8",
        "\u0958",
        "क़",
        "\u0f71\u0f72",
        "\u0345\u0301",
        "ộ",
        "Ǖ",
        "\u212b",
        "\u2126",
        "\uf900",
        "\u0130",
        "i\u0307",
        "\u0627\u0653",
        "\u1112d",
        "\u2adc",
        "ﷺ",
        "①",
        "㍿",
        "ｱﾞ",
        "\u3099か",
        "か\u3099"
    };
    private static final String[] SCRIPTS = {
        "你好，世界。",
        "日本語のテキスト",
        "한국어",
        "مرحبا بالعالم",
        "שָׁלוֹם",
        "हिन्दी",
        "ไทยนำ้",
        "Ελληνικά",
        "Привет",
        "ქართული",
        "မြန်မာ",
        "中a文1",
        "٣٤٥",
        "१२३",
        "𠀀𠀁",
        "𐍈",
        "Ꙁ",
        "ᲀ",
        "Ა"
    };

    private final Random random;
    private final List<String> tokens;

    /** @param tokens spelled as in the vocabulary, which texts look like from time to time */
    RandomTexts(long seed, List<String> tokens) {
        this.random = new Random(seed);
        this.tokens = tokens;
    }

    /** The next one, mostly short; half surrogates are in it. */
    String next() {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(20) == 0 ? random.nextInt(60) : random.nextInt(9);
        int one = random.nextInt(24);
        for (int part = 0; part <= parts; part++) {
            text.append(part(one < 11 ? one : random.nextInt(11)));
            if (one > 18) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    private String part(int kind) {
        return switch (kind) {
            case 0 -> pick(WORDS);
            case 1 -> pick(CODE);
            case 2 -> pick(BLANKS);
            case 3 -> pick(EMOJI);
            case 4 -> pick(MARKS);
            case 5 -> pick(SCRIPTS);
            case 6 -> repeat(() -> Character.toString(random.nextInt(160)));
            case 7 -> repeat(() -> Character.toString(point(Character.MAX_CODE_POINT + 1)));
            case 8 -> repeat(() -> Character.toString(point(random.nextBoolean() ? 0x3100 : 0x1F000)));
            case 9 -> likeToken();
            default -> random.nextInt(4) == 0 ? String.valueOf((char) (0xD800 + random.nextInt(0x800))) : pick(WORDS);
        };
    }

    private int point(int bound) {
        int point = random.nextInt(bound);
        return point >= 0xD800 && point < 0xE000 ? 'x' : point;
    }

    private String repeat(Supplier<String> one) {
        StringBuilder text = new StringBuilder();
        boolean same = random.nextInt(3) == 0;
        String first = one.get();
        for (int count = random.nextInt(same ? 40 : 6); count >= 0; count--) {
            text.append(same ? first : one.get());
        }
        return text.toString();
    }

    private String likeToken() {
        String token = tokens.get(random.nextInt(tokens.size()));
        return switch (random.nextInt(6)) {
            case 0 -> token.substring(0, random.nextInt(token.length() + 1));
            case 1 -> token.toUpperCase(java.util.Locale.ROOT);
            case 2 -> " " + token + " ";
            case 3 -> "a" + token + "b";
            default -> token;
        };
    }

    private String pick(String[] texts) {
        return texts[random.nextInt(texts.length)];
    }
}
