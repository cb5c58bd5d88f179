package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.pages.TrainedWords;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Known words that a conversation spells, as it must spell what is no piece. A user's words are mostly no pieces, those of the training nearly
 * all are: without this, what names a value would nearly never be spelled in the training, and always where the model is asked in earnest. The
 * same words are spelled throughout a conversation, so that a name in a schema is spelled in the answer as well. Not safe for concurrent use.
 */
final class SpelledWords implements Predicate<String> {

    private static final Set<String> NAMES = TrainedWords.all().stream()
            .flatMap(words -> Arrays.stream(words.toLowerCase(Locale.ROOT).split(" ")))
            .collect(Collectors.toUnmodifiableSet());
    private static final int SHARES = 3;
    /** What frames a question, beside what names a thing of the page. */
    private static final double FRAME = 0.08;

    private final Map<String, Boolean> decided = new HashMap<>();
    private final Random random;
    private final double share;

    private SpelledWords(Random random, double share) {
        this.random = random;
        this.share = share;
    }

    static SpelledWords none() {
        return new SpelledWords(new Random(0), 0);
    }

    /** None, a third, two thirds or all of the words that name things of pages; a few of the others. */
    static SpelledWords byChance(Random random) {
        return new SpelledWords(random, (double) random.nextInt(SHARES + 1) / SHARES);
    }

    @Override
    public boolean test(String word) {
        return decided.computeIfAbsent(word, any -> random.nextDouble() < share * (NAMES.contains(any) ? 1 : FRAME));
    }
}
