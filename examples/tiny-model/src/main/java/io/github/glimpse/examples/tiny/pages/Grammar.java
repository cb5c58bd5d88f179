package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Wordings of a file, all of them written out: lines of a name, a bar and a wording, in which {@code [a|b]} stands for each of its parts. A fifth of
 * each name's is never trained: those with the smallest check sums, so that a new line moves few of the others.
 */
final class Grammar {

    private static final Pattern CHOICE = Pattern.compile("\\[([^\\]]*)\\]");
    private static final int HELD_OUT = 5;

    private final Map<String, List<String>> trained = new HashMap<>();
    private final Map<String, List<String>> kept = new HashMap<>();

    /** Reads a resource of this package. */
    Grammar(String resource) {
        Map<String, Set<String>> all = new LinkedHashMap<>();
        FontRegistry.Resource.lines(resource).forEach(line -> {
            int bar = line.indexOf('|');
            expand(
                    line.substring(bar + 1).replace("\\n", "\n"),
                    all.computeIfAbsent(line.substring(0, bar), name -> new LinkedHashSet<>()));
        });
        all.forEach((name, wordings) -> {
            List<String> byCheckSum = wordings.stream()
                    .sorted(Comparator.comparingLong(Grammar::checkSum))
                    .toList();
            kept.put(name, byCheckSum.subList(0, byCheckSum.size() / HELD_OUT));
            trained.put(name, byCheckSum.subList(byCheckSum.size() / HELD_OUT, byCheckSum.size()));
        });
    }

    private static void expand(String wording, Set<String> into) {
        Matcher choice = CHOICE.matcher(wording);
        if (!choice.find()) {
            into.add(wording);
            return;
        }
        for (String part : choice.group(1).split("\\|", -1)) {
            expand(wording.substring(0, choice.start()) + part + wording.substring(choice.end()), into);
        }
    }

    private static long checkSum(String wording) {
        CRC32 sum = new CRC32();
        sum.update(wording.getBytes(StandardCharsets.UTF_8));
        return sum.getValue();
    }

    /** What a split may say; what the test says is trained nowhere. */
    List<String> of(String name, Split split) {
        return (split == Split.TEST ? kept : trained).getOrDefault(name, List.of());
    }

    /** One of them. */
    String pick(String name, Split split, Dice dice) {
        return dice.pick(of(name, split));
    }
}
