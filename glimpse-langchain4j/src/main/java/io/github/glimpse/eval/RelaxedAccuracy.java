package io.github.glimpse.eval;

import java.util.List;
import java.util.OptionalDouble;

/**
 * {@code relaxed}: numbers may be off by 5 per cent of the accepted one, bounds included; texts must be equal but for case and spaces. A
 * number with a per cent sign is its hundredth, so 50% is 0.5 and not 50. A number with a comma, a sign of currency or a unit is a text. As
 * in the code that published figures come from, but that nothing equals nothing however it is written.
 *
 * @see <a href="https://arxiv.org/abs/2203.10244">ChartQA, section 5.1</a>
 */
final class RelaxedAccuracy implements Metric {

    private static final double TOLERANCE = 0.05;
    private static final double PERCENT = 100;

    @Override
    public String name() {
        return "relaxed";
    }

    @Override
    public double score(String answer, List<String> accepted) {
        return accepted.stream().anyMatch(right -> matches(AnswerText.asWritten(answer), AnswerText.asWritten(right)))
                ? 1
                : 0;
    }

    private static boolean matches(String given, String right) {
        OptionalDouble found = number(given);
        OptionalDouble expected = number(right);
        if (found.isEmpty() || expected.isEmpty() || expected.getAsDouble() == 0) {
            boolean bothZero = found.isPresent() && expected.isPresent() && found.getAsDouble() == 0;
            return bothZero || given.equals(right);
        }
        double difference = Math.abs(found.getAsDouble() - expected.getAsDouble());
        // Rounding of the product must not decide at the bound itself
        return difference <= TOLERANCE * Math.abs(expected.getAsDouble()) * (1 + 1e-12);
    }

    /** The number; with a per cent sign its hundredth. */
    private static OptionalDouble number(String text) {
        boolean hundredths = text.endsWith("%");
        String digits = hundredths ? text.substring(0, text.length() - 1).strip() : text;
        if (digits.isEmpty() || !digits.chars().allMatch(letter -> "0123456789+-.e".indexOf(letter) >= 0)) {
            return OptionalDouble.empty();
        }
        try {
            return OptionalDouble.of(Double.parseDouble(digits) / (hundredths ? PERCENT : 1));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
