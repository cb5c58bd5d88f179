package io.github.glimpse.testing;

import java.util.Arrays;
import java.util.List;

/** A tensor that {@link RandomWeights} shall write. Sizes are a list, so that plans can be compared. */
record PlannedTensor(String name, Fill fill, List<Long> shape) {

    enum Fill {
        RANDOM,
        ONES
    }

    static PlannedTensor random(String name, long... shape) {
        return new PlannedTensor(name, Fill.RANDOM, Arrays.stream(shape).boxed().toList());
    }

    static PlannedTensor ones(String name, long... shape) {
        return new PlannedTensor(name, Fill.ONES, Arrays.stream(shape).boxed().toList());
    }

    long elementCount() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
