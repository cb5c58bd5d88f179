package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The keys of documents and what stands behind each. */
final class Keys {

    /** What a value looks like. */
    enum ValueKind {
        MONEY,
        DATE,
        TIME,
        NAME,
        CODE,
        NUMBER,
        PERCENT,
        WORD
    }

    /**
     * A key.
     *
     * @param word as asked, in lower case
     * @param kind of its values
     */
    record Key(String word, ValueKind kind) {}

    private static final Map<ValueKind, String> WORDS = new EnumMap<>(Map.of(
            ValueKind.MONEY, "total subtotal tax tip cash change price amount balance discount fee paid deposit refund",
            ValueKind.DATE, "date issued expires due",
            ValueKind.TIME, "time start end opens closes",
            ValueKind.NAME, "name guest server clerk driver city team",
            ValueKind.CODE, "order parcel flight gate seat room ticket invoice model serial batch locker",
            ValueKind.NUMBER, "table age floor points score rank items quantity weight level bus",
            ValueKind.PERCENT, "rate share",
            ValueKind.WORD, "status type class"));

    /** All keys, in a fixed order. */
    static final List<Key> ALL = all();

    /** The keys whose values have letters. */
    private static final List<Key> SPELLED = ALL.stream()
            .filter(key -> switch (key.kind()) {
                case NAME, CODE, WORD -> true;
                case MONEY, DATE, TIME, NUMBER, PERCENT -> false;
            })
            .toList();

    private static final List<String> NAMES = List.of(
            "Anna", "Ben", "Carl", "Dora", "Emma", "Finn", "Gina", "Hugo", "Ida", "Jack", "Kim", "Lena", "Max", "Nora",
            "Otto", "Paul", "Rosa", "Sam", "Tina", "Uma", "Vera", "Will", "Yara", "Zoe", "Bern", "Rome", "Lyon", "Oslo",
            "Kyoto", "Paris", "Lima", "Ghent");
    private static final List<String> WORD_VALUES = List.of(
            "open", "paid", "new", "used", "late", "ready", "gold", "basic", "adult", "child", "void", "sent", "full",
            "half", "fresh", "none");
    private static final String CONSONANTS = "bcdfghjklmnpqrstvwxyz";
    private static final String VOWELS = "aeiou";
    private static final String DIGITS = "0123456789";
    /** Without I and O, which some faces draw like 1 and 0. */
    private static final String CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    private Keys() {}

    private static List<Key> all() {
        List<Key> keys = new ArrayList<>();
        for (ValueKind kind : ValueKind.values()) {
            for (String word : List.of(WORDS.getOrDefault(kind, "").split(" "))) {
                keys.add(new Key(word, kind));
            }
        }
        return List.copyOf(keys);
    }

    /** The key of a line. Where letters are no likelier the dice are thrown once, as ever: those pictures stay what they are. */
    static Key any(ValueMix mix, Dice dice) {
        return dice.pick(mix.spelled() > 0 && dice.chance(mix.spelled()) ? SPELLED : ALL);
    }

    /** A value of one to five characters. */
    static String value(ValueKind kind, ValueMix mix, Dice dice) {
        return switch (kind) {
            case MONEY -> money(mix, dice);
            case DATE -> dice.between(1, 31) + dice.pick(List.of("/", "/", "-", ".")) + dice.between(1, 12);
            case TIME -> dice.between(0, 23) + ":" + dice.pick("012345") + dice.pick(DIGITS);
            case NAME ->
                dice.chance(mix.listed()) ? dice.pick(NAMES) : cased(syllables(dice.between(3, 5), dice), dice);
            case CODE -> code(dice);
            case NUMBER -> number(dice.between(1, 4), dice);
            case PERCENT ->
                dice.chance(0.6) ? dice.between(1, 99) + "%" : dice.between(0, 9) + "." + dice.pick(DIGITS) + "%";
            case WORD ->
                cased(dice.chance(mix.listed()) ? dice.pick(WORD_VALUES) : syllables(dice.between(3, 5), dice), dice);
        };
    }

    private static String money(ValueMix mix, Dice dice) {
        String cents = dice.pick(dice.chance(mix.comma()) ? List.of(",") : List.of("."))
                + dice.pick(DIGITS)
                + dice.pick(DIGITS);
        return switch (dice.below(5)) {
            case 0 -> "$" + dice.between(0, 9) + cents;
            case 1 -> "$" + dice.between(1, 999);
            case 2 -> dice.between(0, 9) + cents;
            default -> dice.between(1, 99) + cents;
        };
    }

    /** Three to five capitals and digits. */
    static String code(Dice dice) {
        return switch (dice.below(4)) {
            case 0 -> dice.pick(CAPITALS) + "-" + number(dice.between(1, 3), dice);
            case 1 -> dice.pick(CAPITALS) + number(dice.between(2, 4), dice);
            case 2 -> "" + dice.pick(CAPITALS) + dice.pick(CAPITALS) + number(dice.between(1, 3), dice);
            default -> mixed(dice.between(3, 5), dice);
        };
    }

    private static String mixed(int length, Dice dice) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(dice.pick(dice.chance(0.5) ? CAPITALS : DIGITS));
        }
        return text.toString();
    }

    /** Digits, of which the first is no 0 if there are more. */
    static String number(int length, Dice dice) {
        StringBuilder text = new StringBuilder();
        text.append(length == 1 ? dice.pick(DIGITS) : dice.pick("123456789"));
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
        return switch (dice.below(4)) {
            case 0 -> word;
            case 1 -> word.toUpperCase(Locale.ROOT);
            default -> Character.toUpperCase(word.charAt(0)) + word.substring(1);
        };
    }
}
