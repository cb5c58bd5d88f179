package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.List;
import java.util.function.IntFunction;

/** Tower, decoder and symbols together, with the texts that need them all. */
final class TinyModel implements AutoCloseable {

    private final Edition edition;
    private final Graph graph;
    private final TrainableParameters parameters;

    /** Makes the model with first weights; what is in a frozen group does not learn. */
    TinyModel(
            TorchRuntime runtime,
            Edition edition,
            long seed,
            ParameterGroup vision,
            ParameterGroup decoder,
            ParameterGroup symbols) {
        this(runtime, edition, seed, vision, block -> vision, decoder, decoder, symbols);
    }

    /** Makes the model with a group for each block of the tower and one for the decoder's words. */
    TinyModel(
            TorchRuntime runtime,
            Edition edition,
            long seed,
            ParameterGroup vision,
            IntFunction<ParameterGroup> blocks,
            ParameterGroup decoder,
            ParameterGroup words,
            ParameterGroup symbols) {
        this.edition = edition;
        graph = edition.graph(runtime);
        parameters = TrainableParameters.empty(runtime, seed);
        TinyWeights.addVision(
                parameters, vision, blocks, Edition.TOWER, edition.size().hidden());
        TinyWeights.addDecoder(parameters, decoder, words, edition.size());
        edition.symbols().addTo(parameters, symbols);
    }

    /** A model of which nothing learns. */
    static TinyModel frozen(TorchRuntime runtime, Edition edition, long seed) {
        ParameterGroup frozen = ParameterGroup.frozen("all");
        return new TinyModel(runtime, edition, seed, frozen, frozen, frozen);
    }

    Edition edition() {
        return edition;
    }

    Graph graph() {
        return graph;
    }

    TrainableParameters parameters() {
        return parameters;
    }

    List<NDArray> tower() {
        return TinyWeights.vision(parameters);
    }

    List<NDArray> decoder() {
        return TinyWeights.decoder(parameters);
    }

    List<NDArray> symbols() {
        return edition.symbols().of(parameters);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
