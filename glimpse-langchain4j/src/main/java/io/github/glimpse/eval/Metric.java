package io.github.glimpse.eval;

import java.util.List;

/**
 * Says how right an answer is. Found by name through {@link Metrics}; own ones as services or handed in. Safe for concurrent use.
 */
public interface Metric {

    /** The name in data and on command lines, in lower case. */
    String name();

    /**
     * How right an answer is.
     *
     * @param answer of the model, untrusted
     * @param accepted what counts as right, at least one
     * @return from 0, wrong, to 1, right
     */
    double score(String answer, List<String> accepted);
}
