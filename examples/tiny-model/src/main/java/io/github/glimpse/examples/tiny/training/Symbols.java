package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import java.util.List;
import java.util.Random;

/** What the cells of some pages show. */
interface Symbols {

    /** The tensors in the order of the edition's text. */
    List<NDArray> tensors(TensorScope scope);

    /**
     * The same as an eye sees it that does not know of every value what it is the value of.
     *
     * @param share of the cells that lose their keys
     */
    Symbols losingKeys(double share, Random random);
}
