package io.github.glimpse.eval;

import java.util.List;

/** {@code exact}: 1 if the answer equals an accepted one but for case, spaces, forms of letters and a full stop at the end. */
final class ExactMatch implements Metric {

    static final String NAME = "exact";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double score(String answer, List<String> accepted) {
        String given = AnswerText.normal(answer);
        return accepted.stream().anyMatch(right -> AnswerText.normal(right).equals(given)) ? 1 : 0;
    }
}
