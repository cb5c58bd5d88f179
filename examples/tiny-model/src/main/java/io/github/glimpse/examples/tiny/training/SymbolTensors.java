package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.List;

/**
 * The tensors that turn what a cell shows into its vector, besides the table of words.
 *
 * @param slots name of the product that spells characters, {@code [width, slotCount * width]}
 * @param roles name of the vectors of roles
 * @param others name of the vectors of what else a cell has one of
 * @param width of a vector
 * @param slotCount characters of a cell that are told
 * @param roleCount roles
 * @param otherCount values of the other
 */
record SymbolTensors(
        String slots, String roles, String others, int width, int slotCount, int roleCount, int otherCount) {

    void addTo(TrainableParameters parameters, ParameterGroup group) {
        Initializer spelling =
                (shape, random) -> Initializer.normal(1 / Math.sqrt(width)).values(shape, random);
        parameters.add(slots, group, spelling, width, spelled());
        parameters.add(roles, group, Initializer.normal(0.1), roleCount, width);
        parameters.add(others, group, Initializer.normal(0.1), otherCount, width);
    }

    /** The tensors in the order of the texts. */
    List<NDArray> of(TrainableParameters parameters) {
        return List.of(parameters.get(slots), parameters.get(roles), parameters.get(others));
    }

    /** Numbers that spell the characters of a cell. */
    int spelled() {
        return slotCount * width;
    }

    /** Numbers that the tensors are multiplied with: characters, role and the other. */
    int inputs() {
        return spelled() + roleCount + otherCount;
    }
}
