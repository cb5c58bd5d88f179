package io.github.glimpse.eval;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * {@code pope}: yes or no. As in the published evaluation the first sentence decides: {@code no} or {@code not} among its words is
 * no, everything else is yes. Upper case, line breaks and a comma without a space do not hide such a word, as they do
 * there. {@link PopeFigures} has the figures of a set.
 *
 * @see <a href="https://arxiv.org/abs/2305.10355">POPE, section 5</a>
 */
final class Pope implements Metric {

    static final String NAME = "pope";

    private static final Pattern BREAKS = Pattern.compile("[\\s,]+", Pattern.UNICODE_CHARACTER_CLASS);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double score(String answer, List<String> accepted) {
        return saysYes(answer) == saysYes(accepted.get(0)) ? 1 : 0;
    }

    /** Whether a text says yes. */
    static boolean saysYes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int stop = lower.indexOf('.');
        String sentence = stop < 0 ? lower : lower.substring(0, stop);
        return BREAKS.splitAsStream(sentence).noneMatch(word -> word.equals("no") || word.equals("not"));
    }
}
