package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import java.util.List;

/** What is asked about some pages. */
interface Questions {

    /** The tensors in the order of the edition's text. */
    List<NDArray> tensors(TensorScope scope);

    /** What each question is counted by. */
    List<String> kinds();

    /** Whether each was answered right as a whole, by what was said. */
    List<Boolean> right(long[] said);
}
