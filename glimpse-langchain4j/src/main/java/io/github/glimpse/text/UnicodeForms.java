package io.github.glimpse.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The normalisation forms of Unicode as the reference tokenizers library has them, from {@code unicode-forms.txt}, with
 * places: of each character it is known which of the text before it stands for.
 *
 * <p>Decomposes, sorts marks by their class and, for the composed forms, joins what can be joined. What a character of
 * the result has changed is counted as the library counts it: 0 stands for one character, 1 is an added one, and
 * {@code -n} stands for one and takes the next {@code n} away.
 */
final class UnicodeForms {

    private static final int HANGUL_FIRST = 0xAC00;
    private static final int LEAD_FIRST = 0x1100;
    private static final int VOWEL_FIRST = 0x1161;
    private static final int TAIL_FIRST = 0x11A7;
    private static final int LEADS = 19;
    private static final int VOWELS = 21;
    private static final int TAILS = 28;
    private static final int HANGUL_COUNT = LEADS * VOWELS * TAILS;

    /** No character below these can change: nothing in it is decomposed, sorted or joined. */
    private static final int FIRST_COMPOSED = 0x300;

    private static final int FIRST_DECOMPOSED = 0xA0;

    private static final Map<Integer, int[]> CANONICAL = new HashMap<>();
    private static final Map<Integer, int[]> COMPATIBLE = new HashMap<>();
    private static final Map<Long, Integer> PAIRS = new HashMap<>();
    private static final Map<Integer, Integer> CLASSES = new HashMap<>();

    /** What may change under composition: sorted, decomposed for good, or joined to what stands before. */
    private static final BitSet UNSTABLE = new BitSet();

    static {
        UnicodeKinds.readLines("unicode-forms.txt", UnicodeForms::take);
        BitSet composed = new BitSet();
        PAIRS.forEach((pair, whole) -> {
            composed.set(whole);
            UNSTABLE.set((int) (pair & 0xFFFFFFFFL));
        });
        CANONICAL.keySet().stream().filter(point -> !composed.get(point)).forEach(UNSTABLE::set);
        CLASSES.keySet().forEach(UNSTABLE::set);
        UNSTABLE.set(VOWEL_FIRST, VOWEL_FIRST + VOWELS);
        UNSTABLE.set(TAIL_FIRST + 1, TAIL_FIRST + TAILS);
    }

    private UnicodeForms() {}

    private static void take(String[] line) {
        switch (line[0]) {
            case "class" ->
                UnicodeKinds.eachRun(line, 2, (first, last) -> {
                    for (int point = first; point <= last; point++) {
                        CLASSES.put(point, Integer.parseInt(line[1]));
                    }
                });
            case "canonical" -> CANONICAL.put(Integer.parseInt(line[1], 16), points(line));
            case "compatible" -> COMPATIBLE.put(Integer.parseInt(line[1], 16), points(line));
            default ->
                PAIRS.put(
                        pair(Integer.parseInt(line[2], 16), Integer.parseInt(line[3], 16)),
                        Integer.parseInt(line[1], 16));
        }
    }

    private static int[] points(String[] line) {
        return UnicodeKinds.text(line, 2).codePoints().toArray();
    }

    private static long pair(int first, int second) {
        return (long) first << 32 | second;
    }

    /** Which form a text is brought into. */
    enum Form {
        NFC(false, true),
        NFD(false, false),
        NFKC(true, true),
        NFKD(true, false);

        private final boolean compatible;
        private final boolean composes;

        Form(boolean compatible, boolean composes) {
            this.compatible = compatible;
            this.composes = composes;
        }
    }

    /** Brings a text into a form. */
    static AlignedText apply(AlignedText text, Form form) {
        if (isStable(text.text(), form)) {
            return text;
        }
        Work work = new Work(text, form);
        work.decompose();
        if (form.composes) {
            work.compose();
        }
        return work.result();
    }

    private static boolean isStable(String text, Form form) {
        int length = text.length();
        boolean onlyJoins = form.composes && !form.compatible;
        int limit = onlyJoins ? FIRST_COMPOSED : FIRST_DECOMPOSED;
        for (int index = 0; index < length; index++) {
            char unit = text.charAt(index);
            if (unit >= limit) {
                if (!onlyJoins) {
                    return false;
                }
                int point = text.codePointAt(index);
                if (UNSTABLE.get(point)) {
                    return false;
                }
                index += Character.charCount(point) - 1;
            }
        }
        return true;
    }

    private static int classOf(int point) {
        return point < FIRST_COMPOSED ? 0 : CLASSES.getOrDefault(point, 0);
    }

    private static int compose(int first, int second) {
        int lead = first - LEAD_FIRST;
        int vowel = second - VOWEL_FIRST;
        if (lead >= 0 && lead < LEADS && vowel >= 0 && vowel < VOWELS) {
            return HANGUL_FIRST + (lead * VOWELS + vowel) * TAILS;
        }
        int syllable = first - HANGUL_FIRST;
        int tail = second - TAIL_FIRST;
        if (syllable >= 0 && syllable < HANGUL_COUNT && syllable % TAILS == 0 && tail > 0 && tail < TAILS) {
            return first + tail;
        }
        return PAIRS.getOrDefault(pair(first, second), -1);
    }

    /** One text on its way. */
    private static final class Work {

        private final AlignedText text;
        private final Form form;
        private int[] points;
        private int[] changes;
        private int count;

        Work(AlignedText text, Form form) {
            this.text = text;
            this.form = form;
            points = new int[text.text().length() + 16];
            changes = new int[points.length];
        }

        void decompose() {
            String old = text.text();
            int sortedTo = 0;
            for (int index = 0; index < old.length(); ) {
                int point = old.codePointAt(index);
                index += Character.charCount(point);
                int from = count;
                addDecomposed(point);
                for (int at = from; at < count; at++) {
                    if (classOf(points[at]) == 0) {
                        sort(sortedTo, at);
                        sortedTo = at + 1;
                    }
                }
            }
            sort(sortedTo, count);
        }

        private void addDecomposed(int point) {
            int[] parts = parts(point);
            if (parts != null) {
                for (int part = 0; part < parts.length; part++) {
                    add(parts[part], part == 0 ? 0 : 1);
                }
                return;
            }
            int syllable = point - HANGUL_FIRST;
            if (syllable >= 0 && syllable < HANGUL_COUNT) {
                add(LEAD_FIRST + syllable / (VOWELS * TAILS), 0);
                add(VOWEL_FIRST + syllable / TAILS % VOWELS, 1);
                if (syllable % TAILS > 0) {
                    add(TAIL_FIRST + syllable % TAILS, 1);
                }
                return;
            }
            add(point, 0);
        }

        private int @Nullable [] parts(int point) {
            if (point < FIRST_DECOMPOSED) {
                return null;
            }
            int[] parts = form.compatible ? COMPATIBLE.get(point) : null;
            return parts != null ? parts : CANONICAL.get(point);
        }

        private void add(int point, int change) {
            if (count == points.length) {
                points = Arrays.copyOf(points, 2 * count);
                changes = Arrays.copyOf(changes, 2 * count);
            }
            points[count] = point;
            changes[count++] = change;
        }

        /** Sorts a run of marks by their class, those of one class in their order; by merging, since a run may be long. */
        private void sort(int from, int to) {
            boolean sorted = true;
            for (int at = from + 1; at < to && sorted; at++) {
                sorted = classOf(points[at - 1]) <= classOf(points[at]);
            }
            if (sorted) {
                return;
            }
            long[] order = new long[to - from];
            for (int at = from; at < to; at++) {
                order[at - from] = (long) classOf(points[at]) << 32 | at;
            }
            Arrays.sort(order);
            int[] sortedPoints = new int[order.length];
            int[] sortedChanges = new int[order.length];
            for (int at = 0; at < order.length; at++) {
                sortedPoints[at] = points[(int) order[at]];
                sortedChanges[at] = changes[(int) order[at]];
            }
            System.arraycopy(sortedPoints, 0, points, from, order.length);
            System.arraycopy(sortedChanges, 0, changes, from, order.length);
        }

        /** Joins marks to the character before them that starts a sequence, in place. */
        void compose() {
            int written = 0;
            int starter = -1;
            int lastClass = -1;
            for (int at = 0; at < count; at++) {
                int point = points[at];
                int change = changes[at];
                int pointClass = classOf(point);
                boolean blocked = lastClass >= pointClass;
                int joined = starter < 0 || blocked ? -1 : UnicodeForms.compose(points[starter], point);
                if (joined >= 0) {
                    points[starter] = joined;
                    changes[starter] += change - 1;
                    continue;
                }
                if (pointClass == 0) {
                    starter = written;
                    lastClass = -1;
                } else if (starter >= 0) {
                    lastClass = pointClass;
                }
                points[written] = point;
                changes[written++] = change;
            }
            count = written;
        }

        AlignedText result() {
            AlignedText.Builder builder = new AlignedText.Builder(text);
            for (int at = 0; at < count; at++) {
                builder.change(points[at], changes[at]);
            }
            return builder.build();
        }
    }
}
