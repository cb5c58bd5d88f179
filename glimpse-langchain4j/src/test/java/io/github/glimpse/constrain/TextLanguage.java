package io.github.glimpse.constrain;

import java.time.YearMonth;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of texts that tells what is left of it behind a character, by Brzozowski's derivatives: no states, no tables,
 * nothing shared with the automata that are checked by it.
 */
sealed interface TextLanguage {

    TextLanguage NOTHING = new Or(Set.of());
    TextLanguage EMPTY = new And(Set.of(new Many(NOTHING, 0, 0)));
    TextLanguage ANY_CHARACTER = new One(List.of(0, Character.MAX_CODE_POINT));
    TextLanguage ANY = many(ANY_CHARACTER, 0, Integer.MAX_VALUE);

    /** What may follow a character. */
    TextLanguage after(int point);

    /** Whether the text may end here. */
    boolean hasEmpty();

    /** Where characters begin to be told apart. */
    void addCuts(Set<Integer> cuts);

    /** One character; pairs of first and last. */
    record One(List<Integer> runs) implements TextLanguage {
        boolean holds(int point) {
            for (int run = 0; run < runs.size(); run += 2) {
                if (runs.get(run) <= point && point <= runs.get(run + 1)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public TextLanguage after(int point) {
            return holds(point) ? EMPTY : NOTHING;
        }

        @Override
        public boolean hasEmpty() {
            return false;
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            for (int run = 0; run < runs.size(); run += 2) {
                cuts.add(runs.get(run));
                cuts.add(runs.get(run + 1) + 1);
            }
        }
    }

    /** One behind the other. */
    record Then(TextLanguage left, TextLanguage right) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            TextLanguage first = then(left.after(point), right);
            return left.hasEmpty() ? or(List.of(first, right.after(point))) : first;
        }

        @Override
        public boolean hasEmpty() {
            return left.hasEmpty() && right.hasEmpty();
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            left.addCuts(cuts);
            right.addCuts(cuts);
        }
    }

    /** The same several times. */
    record Many(TextLanguage part, int least, int most) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            if (most == 0) {
                return NOTHING;
            }
            int fewer = most == Integer.MAX_VALUE ? most : most - 1;
            return then(part.after(point), many(part, Math.max(0, least - 1), fewer));
        }

        @Override
        public boolean hasEmpty() {
            return least == 0 || part.hasEmpty();
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            part.addCuts(cuts);
        }
    }

    /** One of several. */
    record Or(Set<TextLanguage> parts) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            return or(parts.stream().map(part -> part.after(point)).toList());
        }

        @Override
        public boolean hasEmpty() {
            return parts.stream().anyMatch(TextLanguage::hasEmpty);
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            parts.forEach(part -> part.addCuts(cuts));
        }
    }

    /** All of several. */
    record And(Set<TextLanguage> parts) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            return and(parts.stream().map(part -> part.after(point)).toList());
        }

        @Override
        public boolean hasEmpty() {
            return parts.stream().allMatch(TextLanguage::hasEmpty);
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            parts.forEach(part -> part.addCuts(cuts));
        }
    }

    /** None of some. */
    record Not(TextLanguage part) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            return new Not(part.after(point));
        }

        @Override
        public boolean hasEmpty() {
            return !part.hasEmpty();
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            part.addCuts(cuts);
        }
    }

    /** Dates of the calendar, by the class that knows it. */
    record Dates(String begun) implements TextLanguage {
        @Override
        public TextLanguage after(int point) {
            boolean sign = begun.length() == 4 || begun.length() == 7;
            boolean fits = sign ? point == '-' : point >= '0' && point <= '9';
            String more = begun + Character.toString(point);
            return fits && begun.length() < 10 && isBegun(more) ? new Dates(more) : NOTHING;
        }

        private static boolean isBegun(String begun) {
            if (begun.length() < 6) {
                return true;
            }
            if (begun.length() == 6) {
                return begun.charAt(5) <= '1';
            }
            int month = Integer.parseInt(begun.substring(5, 7));
            if (month < 1 || month > 12) {
                return false;
            }
            int days =
                    YearMonth.of(Integer.parseInt(begun.substring(0, 4)), month).lengthOfMonth();
            String day = begun.substring(Math.min(8, begun.length()));
            return IntStream.rangeClosed(1, days)
                    .anyMatch(each -> String.valueOf(100 + each).substring(1).startsWith(day));
        }

        @Override
        public boolean hasEmpty() {
            return begun.length() == 10;
        }

        @Override
        public void addCuts(Set<Integer> cuts) {
            "-./0123456789:".chars().forEach(cuts::add);
        }
    }

    static TextLanguage then(TextLanguage left, TextLanguage right) {
        if (left.equals(NOTHING) || right.equals(NOTHING)) {
            return NOTHING;
        }
        return left.equals(EMPTY) ? right : right.equals(EMPTY) ? left : new Then(left, right);
    }

    static TextLanguage many(TextLanguage part, int least, int most) {
        return most < least ? NOTHING : most == 0 ? EMPTY : new Many(part, least, most);
    }

    static TextLanguage or(Collection<TextLanguage> parts) {
        Set<TextLanguage> flat = new LinkedHashSet<>();
        for (TextLanguage part : parts) {
            flat.addAll(part instanceof Or or ? or.parts() : Set.of(part));
        }
        return flat.size() == 1 ? flat.iterator().next() : new Or(flat);
    }

    static TextLanguage and(Collection<TextLanguage> parts) {
        Set<TextLanguage> flat = new LinkedHashSet<>(parts);
        return flat.contains(NOTHING)
                ? NOTHING
                : flat.size() == 1 ? flat.iterator().next() : new And(flat);
    }

    static TextLanguage text(String text) {
        TextLanguage all = EMPTY;
        for (int point : text.codePoints().toArray()) {
            all = then(all, new One(List.of(point, point)));
        }
        return all;
    }

    static TextLanguage oneOf(Collection<String> texts) {
        return or(texts.stream().map(TextLanguage::text).toList());
    }

    /**
     * Characters whose UTF-8 begins with the bytes at a place.
     *
     * @param length bytes of each of them
     * @param there how many of them are there
     */
    record Begun(int length, int there, int first, int last) {

        boolean isWhole() {
            return there == length;
        }

        /** Null if no character begins so. */
        static @Nullable Begun at(int[] bytes, int at) {
            int lead = bytes[at];
            int length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
            if (length < 2) {
                return length == 1 ? new Begun(1, 1, lead, lead) : null;
            }
            int there = Math.min(length, bytes.length - at);
            int first = lead & (0x7F >> length);
            for (int index = 1; index < there; index++) {
                if (bytes[at + index] >> 6 != 2) {
                    return null;
                }
                first = (first << 6) | (bytes[at + index] & 0x3F);
            }
            int missing = 6 * (length - there);
            int last = Math.min(((first + 1) << missing) - 1, Character.MAX_CODE_POINT);
            first = Math.max(first << missing, length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000);
            first = first >= 0xD800 && first <= 0xDFFF ? 0xE000 : first;
            return first <= last ? new Begun(length, there, first, last) : null;
        }
    }

    /** Asks whether languages hold a text at all, and remembers it. */
    final class Possible {

        private final Map<TextLanguage, Boolean> known = new HashMap<>();
        private final Map<TextLanguage, TreeSet<Integer>> cuts = new HashMap<>();

        /** A character of each kind that the language tells apart, between two. */
        Set<Integer> kinds(TextLanguage language, int first, int last) {
            TreeSet<Integer> own = cuts.computeIfAbsent(language, key -> {
                TreeSet<Integer> all = new TreeSet<>(Set.of(0, 0xE000));
                key.addCuts(all);
                all.removeIf(point -> point > Character.MAX_CODE_POINT || (point >= 0xD800 && point <= 0xDFFF));
                return all;
            });
            Set<Integer> kinds = new TreeSet<>(own.subSet(first, true, last, true));
            kinds.add(first);
            return kinds;
        }

        /** Whether one of some characters may come. */
        boolean isPossible(TextLanguage language, Begun begun) {
            return kinds(language, begun.first(), begun.last()).stream()
                    .anyMatch(kind -> isPossible(language.after(kind)));
        }

        boolean isPossible(TextLanguage language) {
            Boolean found = known.get(language);
            if (found == null) {
                found = search(language);
                known.put(language, found);
            }
            return found;
        }

        /** It would take all memory to tell: a few patterns of thousands, where long repetitions have to hold together. */
        static final class TooLargeException extends RuntimeException {

            private static final long serialVersionUID = 1;
        }

        private static final int MOST_SEEN = 20_000;

        private boolean search(TextLanguage from) {
            Set<TextLanguage> seen = new HashSet<>(Set.of(from));
            Deque<TextLanguage> open = new ArrayDeque<>(seen);
            while (!open.isEmpty()) {
                TextLanguage next = open.pop();
                if (next.hasEmpty() || Boolean.TRUE.equals(known.get(next))) {
                    return true;
                }
                for (int kind : kinds(next, 0, Character.MAX_CODE_POINT)) {
                    TextLanguage behind = next.after(kind);
                    if (seen.add(behind)) {
                        open.push(behind);
                    }
                }
                if (seen.size() > MOST_SEEN) {
                    throw new TooLargeException();
                }
            }
            return false;
        }
    }
}
