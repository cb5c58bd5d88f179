package io.github.glimpse.eval;

import java.util.List;

/** {@code contains}: 1 if an accepted answer occurs within the answer, compared as by {@link ExactMatch}. */
final class Contains implements Metric {

    @Override
    public String name() {
        return "contains";
    }

    @Override
    public double score(String answer, List<String> accepted) {
        String given = AnswerText.normal(answer);
        return accepted.stream().map(AnswerText::normal).anyMatch(right -> !right.isEmpty() && given.contains(right))
                ? 1
                : 0;
    }
}
