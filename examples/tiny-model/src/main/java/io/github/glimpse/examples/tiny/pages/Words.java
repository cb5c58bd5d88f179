package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The words that stand on pages, each kind's words kept apart by split, and values of up to ten characters. */
final class Words {

    /** What a word is for. */
    enum Use {
        /** What names a value of a form. */
        KEY,
        /** What a part of a form is called where keys repeat. */
        SECTION,
        /** What names a row of a table or a bar. */
        ITEM,
        /** What names a column of a table. */
        COLUMN,
        /** What stands on top. */
        HEADING,
        /** Persons and cities. */
        NAME,
        /** What a sign is called. */
        PLATE
    }

    /** Most characters of a value. */
    static final int LONGEST_VALUE = 10;

    private static final Map<Split, Map<Use, List<String>>> ALL = read();
    private static final String CONSONANTS = "bcdfghjklmnpqrstvwxyz";
    private static final String VOWELS = "aeiou";
    private static final String DIGITS = "0123456789";
    /** Without I and O, which some faces draw like 1 and 0. */
    private static final String CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    private Words() {}

    /** The words of a split, in the order of the file. */
    static List<String> of(Split split, Use use) {
        return ALL.getOrDefault(split, Map.of()).getOrDefault(use, List.of());
    }

    private static Map<Split, Map<Use, List<String>>> read() {
        Map<Split, Map<Use, List<String>>> all = new EnumMap<>(Split.class);
        FontRegistry.Resource.lines("words.txt").forEach(line -> {
            List<String> parts = List.of(line.split("\\|"));
            Use use = Use.valueOf(parts.get(0).toUpperCase(Locale.ROOT));
            Split split = Split.valueOf(parts.get(1).toUpperCase(Locale.ROOT));
            all.computeIfAbsent(split, of -> new EnumMap<>(Use.class))
                    .computeIfAbsent(use, of -> new ArrayList<>())
                    .addAll(List.of(parts.get(2).split(", ")));
        });
        return all;
    }

    /** A word of the use, now and then one that was never seen before. */
    static String any(Split split, Use use, double invented, Dice dice) {
        return any(of(split, use), invented, dice);
    }

    /** One of some words, now and then one that was never seen before. */
    static String any(List<String> words, double invented, Dice dice) {
        return dice.chance(invented) ? syllables(dice.between(3, 9), dice) : dice.pick(words);
    }

    /** A value of one to ten characters; which kind does not depend on what it is the value of. */
    static String value(Split split, Dice dice) {
        String value =
                switch (dice.below(11)) {
                    case 0, 1, 2 -> amount(dice);
                    case 3 -> number(dice.between(1, 7), dice);
                    case 4 -> date(dice);
                    case 5 -> time(dice);
                    case 6 -> code(dice);
                    case 7 -> dice.pick(of(split, Use.NAME));
                    case 8 -> cased(syllables(dice.between(2, LONGEST_VALUE), dice), dice);
                    case 9 -> percent(dice);
                    default -> reference(dice);
                };
        return value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value;
    }

    private static String amount(Dice dice) {
        String whole = number(dice.between(1, 4), dice);
        if (whole.length() == 4 && dice.chance(0.5)) {
            whole = whole.charAt(0) + "," + whole.substring(1);
        }
        String text = dice.chance(0.8) ? whole + dice.pick("..,") + number(2, dice) : whole;
        String sign = dice.chance(0.15) ? dice.pick("-+") + "" : "";
        return switch (dice.below(5)) {
            case 0 -> sign + "$" + text;
            case 1 -> sign + text + dice.pick("$%");
            default -> sign + text;
        };
    }

    private static String date(Dice dice) {
        String day = two(dice.between(1, 31));
        String month = two(dice.between(1, 12));
        String year = Integer.toString(dice.between(1990, 2039));
        return switch (dice.below(6)) {
            case 0 -> year + "-" + month + "-" + day;
            case 1 -> day + "." + month + "." + year;
            case 2 -> day + "/" + month + "/" + year.substring(2);
            case 3 -> month + "/" + year;
            case 4 -> day + "." + month + ".";
            default -> day + "-" + month;
        };
    }

    private static String time(Dice dice) {
        String text = two(dice.between(0, 23)) + ":" + two(dice.between(0, 59));
        return dice.chance(0.2) ? text + ":" + two(dice.between(0, 59)) : text;
    }

    /** Capitals and digits, three to ten. */
    static String code(Dice dice) {
        StringBuilder text = new StringBuilder();
        int length = dice.between(3, LONGEST_VALUE);
        int dash = dice.chance(0.4) ? dice.between(1, length - 2) : length;
        for (int i = 0; i < length; i++) {
            text.append(i == dash ? '-' : dice.pick(dice.chance(0.5) ? CAPITALS : DIGITS));
        }
        return text.toString();
    }

    private static String percent(Dice dice) {
        return dice.chance(0.5) ? dice.between(0, 100) + "%" : dice.between(0, 99) + "." + number(1, dice) + "%";
    }

    private static String reference(Dice dice) {
        return switch (dice.below(4)) {
            case 0 -> "#" + number(dice.between(2, 6), dice);
            case 1 -> number(dice.between(1, 3), dice) + "/" + number(dice.between(1, 4), dice);
            case 2 -> "(" + number(dice.between(2, 3), dice) + ")" + number(dice.between(3, 4), dice);
            default -> number(3, dice) + "-" + number(4, dice);
        };
    }

    private static String two(int value) {
        return value < 10 ? "0" + value : Integer.toString(value);
    }

    /** Digits, of which the first is no 0 if there are more than two. */
    static String number(int length, Dice dice) {
        StringBuilder text = new StringBuilder();
        text.append(length < 3 ? dice.pick(DIGITS) : dice.pick("123456789"));
        while (text.length() < length) {
            text.append(dice.pick(DIGITS));
        }
        return text.toString();
    }

    /** A word that is none, in lower case. */
    static String syllables(int length, Dice dice) {
        StringBuilder text = new StringBuilder();
        boolean vowel = dice.chance(0.3);
        while (text.length() < length) {
            text.append(dice.pick(vowel ? VOWELS : CONSONANTS));
            vowel = vowel ? dice.chance(0.15) : dice.chance(0.9);
        }
        return text.toString();
    }

    /** In lower case, with a capital, or in capitals. */
    static String cased(String word, Dice dice) {
        return cased(word, dice.below(4));
    }

    /** As {@link #cased(String, Dice)}, by a number below 4 that a page keeps. */
    static String cased(String word, int casing) {
        return switch (casing) {
            case 0 -> word;
            case 1 -> word.toUpperCase(Locale.ROOT);
            default -> Character.toUpperCase(word.charAt(0)) + word.substring(1);
        };
    }
}
