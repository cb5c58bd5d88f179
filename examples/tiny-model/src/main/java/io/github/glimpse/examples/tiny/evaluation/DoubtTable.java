package io.github.glimpse.examples.tiny.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How well a signal tells right answers from wrong ones, refusals among them. Not safe for concurrent use. */
final class DoubtTable {

    private static final double[] FLOORS = {0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99};

    private record Answer(double signal, boolean right) {}

    private final String name;
    private final List<Answer> answers = new ArrayList<>();

    /** A table of a signal. */
    DoubtTable(String name) {
        this.name = name;
    }

    void add(double signal, boolean right) {
        answers.add(new Answer(signal, right));
    }

    /** Chance that a right answer has the higher signal of a right and a wrong one; the half counts where they are alike. */
    double areaUnderCurve() {
        List<Answer> sorted = new ArrayList<>(answers);
        sorted.sort(Comparator.comparingDouble(Answer::signal));
        long right = answers.stream().filter(Answer::right).count();
        long wrong = answers.size() - right;
        double ranks = 0;
        for (int first = 0; first < sorted.size(); ) {
            int end = first;
            while (end < sorted.size()
                    && sorted.get(end).signal() == sorted.get(first).signal()) {
                end++;
            }
            double rank = (first + 1 + end) / 2.0;
            ranks += rank
                    * sorted.subList(first, end).stream().filter(Answer::right).count();
            first = end;
        }
        return right == 0 || wrong == 0 ? Double.NaN : (ranks - right * (right + 1) / 2.0) / ((double) right * wrong);
    }

    /** A line for the whole, and one for each floor: what is answered above it, and how much of that is right, in percent. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(Locale.ROOT, "doubt signal=%s n=%d auroc=%.3f", name, answers.size(), areaUnderCurve()));
        for (double floor : FLOORS) {
            List<Answer> above =
                    answers.stream().filter(one -> one.signal() >= floor).toList();
            long right = above.stream().filter(Answer::right).count();
            lines.add(String.format(
                    Locale.ROOT,
                    "doubt signal=%s floor=%.2f answered=%.1f right=%s",
                    name,
                    floor,
                    100.0 * above.size() / Math.max(1, answers.size()),
                    above.isEmpty() ? "-" : String.format(Locale.ROOT, "%.1f", 100.0 * right / above.size())));
        }
        return lines;
    }
}
