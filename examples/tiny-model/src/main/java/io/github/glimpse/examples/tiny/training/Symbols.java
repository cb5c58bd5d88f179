package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import java.util.List;

/** What the cells of some pages show. */
interface Symbols {

    /** The tensors in the order of the edition's text. */
    List<NDArray> tensors(TensorScope scope);
}
