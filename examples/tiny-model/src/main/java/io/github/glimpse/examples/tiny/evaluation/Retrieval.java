package io.github.glimpse.examples.tiny.evaluation;

import java.util.List;

/**
 * How often the own partner is among the nearest, in percent.
 *
 * @param first it is the nearest
 * @param five it is one of the five nearest
 */
record Retrieval(double first, double five) {

    private static final int FEW = 5;

    /**
     * Looks for the partner of each vector among all others. Of equally near ones the own comes last.
     *
     * @param asking one vector each
     * @param asked the partners in the same order
     */
    static Retrieval of(List<float[]> asking, List<float[]> asked) {
        int first = 0;
        int five = 0;
        for (int i = 0; i < asking.size(); i++) {
            double own = dot(asking.get(i), asked.get(i));
            int before = 0;
            for (int k = 0; k < asked.size(); k++) {
                before += k != i && dot(asking.get(i), asked.get(k)) >= own ? 1 : 0;
            }
            first += before == 0 ? 1 : 0;
            five += before < FEW ? 1 : 0;
        }
        return new Retrieval(100.0 * first / asking.size(), 100.0 * five / asking.size());
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
