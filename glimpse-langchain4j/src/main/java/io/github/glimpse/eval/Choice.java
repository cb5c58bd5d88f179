package io.github.glimpse.eval;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code choice}: multiple choice. 1 if the answer starts with the accepted letter, alone or followed by punctuation, or equals an
 * accepted text. The first accepted answer is the letter.
 */
final class Choice implements Metric {

    static final String NAME = "choice";

    private static final Pattern LETTER = Pattern.compile("^\\(?([A-Za-z])(?:[).:,]|\\s*$)");

    private final ExactMatch exact = new ExactMatch();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double score(String answer, List<String> accepted) {
        Matcher letter = LETTER.matcher(answer.strip());
        if (letter.find() && accepted.get(0).strip().length() == 1) {
            return letter.group(1)
                            .toUpperCase(Locale.ROOT)
                            .equals(accepted.get(0).strip().toUpperCase(Locale.ROOT))
                    ? 1
                    : 0;
        }
        return exact.score(answer, accepted);
    }
}
