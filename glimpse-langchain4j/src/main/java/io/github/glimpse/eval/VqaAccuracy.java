package io.github.glimpse.eval;

import java.util.List;
import java.util.Locale;

/**
 * VQA accuracy: an answer is right if three of ten people gave it, a third right for each of fewer.
 *
 * <p>{@code vqa} is the official form: for each person, {@code min(1, n / 3)} with the n of the others that agree, and the mean
 * of that. {@code vqa-simple} is {@code min(1, n / 3)} with the n of all that agree. Both on normal forms, see {@link VqaText}. With
 * fewer than three accepted answers no such count is meant, so one that agrees is enough.
 *
 * @see <a href="https://visualqa.org/evaluation.html">VQA evaluation</a>
 */
final class VqaAccuracy implements Metric {

    private static final int ENOUGH = 3;

    private final Form form;

    /** Which form. */
    enum Form {
        LEAVE_ONE_OUT("vqa"),
        SIMPLE("vqa-simple");

        private final String label;

        Form(String label) {
            this.label = label;
        }
    }

    VqaAccuracy(Form form) {
        this.form = form;
    }

    @Override
    public String name() {
        return form.label.toLowerCase(Locale.ROOT);
    }

    @Override
    public double score(String answer, List<String> accepted) {
        String given = VqaText.normal(answer);
        int people = accepted.size();
        long agree = accepted.stream()
                .filter(right -> VqaText.normal(right).equals(given))
                .count();
        if (people < ENOUGH) {
            return agree > 0 ? 1 : 0;
        }
        if (form == Form.SIMPLE) {
            return Math.min(1.0, (double) agree / ENOUGH);
        }
        double leftOutAgrees = agree * Math.min(1.0, (agree - 1.0) / ENOUGH);
        double leftOutDiffers = (people - agree) * Math.min(1.0, (double) agree / ENOUGH);
        return (leftOutAgrees + leftOutDiffers) / people;
    }
}
