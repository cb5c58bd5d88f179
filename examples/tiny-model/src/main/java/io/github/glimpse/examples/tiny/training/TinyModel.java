package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.List;
import java.util.function.IntFunction;

/** Tower, decoder and symbols together, with the texts that need them all. */
final class TinyModel implements AutoCloseable {

    private final Graph graph;
    private final TrainableParameters parameters;

    /** Makes the model with first weights; what is in a frozen group does not learn. */
    TinyModel(TorchRuntime runtime, long seed, ParameterGroup vision, ParameterGroup decoder, ParameterGroup symbols) {
        this(runtime, seed, vision, block -> vision, decoder, symbols);
    }

    /** Makes the model with a group for each block of the tower. */
    TinyModel(
            TorchRuntime runtime,
            long seed,
            ParameterGroup vision,
            IntFunction<ParameterGroup> blocks,
            ParameterGroup decoder,
            ParameterGroup symbols) {
        graph = Losses.addTo(Graph.named("tiny model"))
                .with(TinyModel.class, "vision")
                .with(TinyModel.class, "reading")
                .with(TinyModel.class, "symbols")
                .with(TinyModel.class, "joint")
                .compile(runtime);
        parameters = TrainableParameters.empty(runtime, seed);
        TinyWeights.addVision(parameters, vision, blocks);
        TinyWeights.addDecoder(parameters, decoder);
        PageSymbols.addTo(parameters, symbols);
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
        return PageSymbols.parameters(parameters);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
