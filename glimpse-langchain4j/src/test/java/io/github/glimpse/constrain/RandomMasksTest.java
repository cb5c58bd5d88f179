package io.github.glimpse.constrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.constrain.RandomConstraints.Drawn;
import io.github.glimpse.constrain.TextLanguage.Possible.TooLargeException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random constraints, vocabularies and answers: every bit of every mask against a search that tries all ways. More of them
 * by {@code -Dglimpse.constrained.masks=100000}, others by {@code -Dglimpse.constrained.seed=…}.
 */
class RandomMasksTest {

    private static final int MASKS = Integer.getInteger("glimpse.constrained.masks", 150);
    private static final long SEED = Long.getLong("glimpse.constrained.seed", 19);
    private static final int MOST_SYMBOLS = 70;

    private final Random random = new Random(SEED);
    private final RandomConstraints constraints = new RandomConstraints(random);

    @Test
    void everyBitOfAMaskIsWhatASearchFinds() {
        int masks = 0;
        int givenUp = 0;
        while (masks < MASKS) {
            RandomVocabulary vocabulary = new RandomVocabulary(random);
            for (int count = 0; count < 4; count++) {
                Drawn drawn = constraints.next(vocabulary.tokens);
                for (int answer = 0; answer < 3; answer++) {
                    Answer written = new Answer(drawn, vocabulary);
                    try {
                        written.compareMasks();
                    } catch (TooLargeException e) {
                        givenUp++;
                    }
                    masks += written.masks;
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "masks equal to a search: %d (seed %d; of the schemas %d refused, %d impossible; %d searches too large)%n",
                masks,
                SEED,
                constraints.refused(),
                constraints.impossible(),
                givenUp);
        assertThat(givenUp).isLessThanOrEqualTo(masks / 1_000);
    }

    @Test
    void anAnswerEndsWithinItsLimitAndIsADocument() {
        for (int count = 0; count < MASKS; count++) {
            RandomVocabulary vocabulary = new RandomVocabulary(random);
            new Answer(constraints.next(vocabulary.tokens), vocabulary).finishInTime();
        }
    }

    @Test
    void aMaskNearTheLimitHoldsExactlyWhatCanStillBeFinished() {
        for (int count = 0; count < MASKS / 3; count++) {
            RandomVocabulary vocabulary = new RandomVocabulary(random);
            new Answer(constraints.next(vocabulary.tokens), vocabulary).compareMasksNearTheLimit();
        }
    }

    /** One that is written at random. */
    private final class Answer {

        private final Drawn drawn;
        private final RandomVocabulary vocabulary;
        private final ConstraintCursor cursor;
        private final long[] allowed;
        private int[] written = {};
        private boolean first = true;
        private int masks;

        Answer(Drawn drawn, RandomVocabulary vocabulary) {
            this.drawn = drawn;
            this.vocabulary = vocabulary;
            cursor = drawn.constraint().start(vocabulary.vocabulary);
            allowed = new long[vocabulary.vocabulary.words()];
        }

        void compareMasks() {
            while (written.length < MOST_SYMBOLS) {
                cursor.mask(allowed);
                if (random.nextInt(3) == 0) {
                    compare();
                    masks++;
                }
                if (cursor.finished() || !takeOne()) {
                    break;
                }
            }
        }

        /** Takes a token, a long one more often than not. */
        private boolean takeOne() {
            int[] ids = BitSet.valueOf(allowed).stream().toArray();
            int id = ids[random.nextInt(ids.length)];
            for (int count = 0; count < 8 && !isLong(id) && random.nextInt(4) != 0; count++) {
                id = ids[random.nextInt(ids.length)];
            }
            if (vocabulary.isEnd(id)) {
                return false;
            }
            cursor.accept(id, ConstraintListener.NONE);
            written = joined(written, symbols(id));
            first = false;
            return true;
        }

        private boolean isLong(int id) {
            int[] symbols = vocabulary.symbols(id, first);
            return symbols != null
                    && (symbols.length > 1 || (symbols.length == 1 && symbols[0] >= Grammar.FIRST_MARKER));
        }

        private int[] symbols(int id) {
            int[] symbols = vocabulary.symbols(id, first);
            return symbols == null ? new int[0] : symbols;
        }

        private String where() {
            StringBuilder text = new StringBuilder();
            for (int symbol : written) {
                text.append(
                        symbol < 0x80 ? String.valueOf((char) symbol) : String.format(Locale.ROOT, "<%02X>", symbol));
            }
            return drawn.source() + (vocabulary.strips ? " strips" : "") + " after '" + text + "' (seed " + SEED + ")";
        }

        private void compare() {
            boolean complete = drawn.search().isDocument(written);
            assertThat(cursor.complete()).as(this::where).isEqualTo(complete);
            Map<String, Boolean> known = new HashMap<>();
            for (int id = 0; id < vocabulary.scores; id++) {
                int[] symbols = vocabulary.symbols(id, first);
                boolean expected = symbols == null ? complete && vocabulary.isEnd(id) : mayFollow(symbols, known);
                if (ByteTokens.allows(allowed, id) != expected) {
                    assertThat(ByteTokens.allows(allowed, id))
                            .as(where() + " with " + Arrays.toString(symbols) + " (" + id + ")")
                            .isEqualTo(expected);
                }
            }
            long[] again = new long[allowed.length];
            for (int time = 0; time < 2; time++) {
                cursor.mask(again);
                assertThat(again).as(this::where).isEqualTo(allowed);
            }
            compareLength();
        }

        /** What cannot follow makes all that begins so impossible. */
        private boolean mayFollow(int[] symbols, Map<String, Boolean> known) {
            for (int length = 0; length <= symbols.length; length++) {
                int[] some = Arrays.copyOf(symbols, length);
                boolean may = known.computeIfAbsent(
                        Arrays.toString(some), key -> drawn.search().mayBegin(joined(written, some)));
                if (!may) {
                    return false;
                }
            }
            return true;
        }

        /**
         * Some token brings the end nearer, so that what fits into a limit can be finished in it; where the number is exact, by
         * one and no more, and so where nothing but bytes counts.
         */
        private void compareLength() {
            int least = Integer.MAX_VALUE;
            for (int id = 0; id < vocabulary.scores; id++) {
                if (ByteTokens.allows(allowed, id) && !vocabulary.isEnd(id)) {
                    ConstraintCursor next = cursor.copy();
                    next.accept(id, ConstraintListener.NONE);
                    least = Math.min(least, 1 + next.leastTokens());
                }
            }
            if (cursor.complete()) {
                assertThat(cursor.leastTokens()).as(this::where).isZero();
            } else if (drawn.exact() || vocabulary.bytesOnly) {
                assertThat(cursor.leastTokens()).as(this::where).isEqualTo(least);
            } else {
                assertThat(cursor.leastTokens()).as(this::where).isGreaterThanOrEqualTo(least);
            }
        }

        void finishInTime() {
            int left = cursor.leastTokens() + random.nextInt(40);
            while (left > 0 && !cursor.finished()) {
                assertThat(cursor.leastTokens()).isLessThanOrEqualTo(left);
                cursor.mask(allowed, left--);
                if (!takeOne()) {
                    break;
                }
            }
            assertThat(drawn.search().isDocument(written)).as(this::where).isTrue();
        }

        void compareMasksNearTheLimit() {
            long[] all = new long[allowed.length];
            for (int step = 0; step < 12 && !cursor.finished(); step++) {
                int left = cursor.leastTokens() + random.nextInt(6);
                cursor.mask(all);
                cursor.mask(allowed, left);
                for (int id = 0; id < vocabulary.scores; id++) {
                    boolean inTime = ByteTokens.allows(all, id);
                    if (inTime && !vocabulary.isEnd(id)) {
                        ConstraintCursor next = cursor.copy();
                        next.accept(id, ConstraintListener.NONE);
                        inTime = next.leastTokens() <= Math.max(left, cursor.leastTokens()) - 1;
                    }
                    assertThat(ByteTokens.allows(allowed, id)).as(this::where).isEqualTo(inTime);
                }
                cursor.mask(allowed);
                if (!takeOne()) {
                    break;
                }
            }
        }
    }

    private static int[] joined(int[] left, int[] right) {
        int[] joined = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }
}
