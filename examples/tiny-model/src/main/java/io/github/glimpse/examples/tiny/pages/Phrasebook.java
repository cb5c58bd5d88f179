package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * How facts are asked for: the grammar of {@code questions.txt}, all of its phrasings written out. A fifth of each kind is never
 * trained: those with the smallest check sums, so that a new line of the grammar moves few of the others.
 */
public final class Phrasebook {

    /** The answer to what is not on a page. */
    public static final String ABSENT = "It is not on this picture.";

    /** The answer to what is there and cannot be told. */
    public static final String UNREADABLE = "It cannot be read on this picture.";

    private static final Pattern CHOICE = Pattern.compile("\\[([^\\]]*)\\]");
    private static final Pattern QUESTION =
            Pattern.compile("(?i)(what|which|how|is|are|was|do|does|did|can|could|would|in which|in what)\\b.*");
    private static final int HELD_OUT = 5;
    private static final Map<Fact.Kind, List<String>> TRAINED = new EnumMap<>(Fact.Kind.class);
    private static final Map<Fact.Kind, List<String>> KEPT = new EnumMap<>(Fact.Kind.class);

    static {
        for (Fact.Kind kind : Fact.Kind.values()) {
            Set<String> all = new LinkedHashSet<>();
            FontRegistry.Resource.lines("questions.txt")
                    .filter(line -> line.startsWith(kind + "|"))
                    .forEach(line -> expand(line.substring(line.indexOf('|') + 1), all));
            List<String> byCheckSum = all.stream()
                    .sorted(Comparator.comparingLong(Phrasebook::checkSum))
                    .toList();
            KEPT.put(kind, byCheckSum.subList(0, all.size() / HELD_OUT));
            TRAINED.put(kind, byCheckSum.subList(all.size() / HELD_OUT, all.size()));
        }
    }

    private Phrasebook() {}

    private static void expand(String phrasing, Set<String> into) {
        Matcher choice = CHOICE.matcher(phrasing);
        if (!choice.find()) {
            into.add(phrasing);
            return;
        }
        for (String part : choice.group(1).split("\\|", -1)) {
            expand(phrasing.substring(0, choice.start()) + part + phrasing.substring(choice.end()), into);
        }
    }

    private static long checkSum(String phrasing) {
        CRC32 sum = new CRC32();
        sum.update(phrasing.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    /** The phrasings that a split may use; those of the test are trained nowhere. */
    static List<String> of(Fact.Kind kind, Split split) {
        return (split == Split.TEST ? KEPT : TRAINED).getOrDefault(kind, List.of());
    }

    /** A question for a fact, as users write: now with a capital, now with a mark at the end, now with neither. */
    static String ask(Fact fact, Split split, Dice dice) {
        String text = dice.pick(of(fact.kind(), split));
        boolean asks = QUESTION.matcher(text).matches();
        for (Map.Entry<String, String> place : fact.places().entrySet()) {
            text = text.replace("{" + place.getKey() + "}", place.getValue());
        }
        text = text.replaceAll("\\ba (?=[aeiou])", "an ");
        if (dice.chance(0.3)) {
            text = text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
        }
        return switch (dice.below(4)) {
            case 0 -> text;
            case 1 -> text + (asks ? " ?" : ".");
            default -> text + (asks ? "?" : ".");
        };
    }

    /** The right answer to a fact. */
    static String answer(Fact fact) {
        return switch (fact.outcome()) {
            case ANSWERED -> fact.answer();
            case ABSENT -> ABSENT;
            case UNREADABLE -> UNREADABLE;
        };
    }

    /** Every word of every phrasing that is trained, for the vocabulary. */
    public static List<String> trainedTexts() {
        List<String> texts = new ArrayList<>();
        TRAINED.values().forEach(texts::addAll);
        return texts;
    }
}
