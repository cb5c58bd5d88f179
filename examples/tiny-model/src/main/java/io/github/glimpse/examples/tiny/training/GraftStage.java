package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.List;
import java.util.Locale;

/**
 * Sets the eye of one stage on the decoder of another: the last product of the merger is solved in closed form (ridge
 * regression) so that pictures give the symbolic vectors that the decoder knows.
 */
final class GraftStage implements AutoCloseable {

    private static final int CHECKED = 40;
    // Far from the numbers of the other stages.
    private static final long FIRST = 1L << 40;
    private static final double RIDGE = 1e-4;
    private static final DataType DOUBLE = DataType.FLOAT64;

    private final StageOptions options;
    private final TinyModel model;

    GraftStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        ParameterGroup frozen = ParameterGroup.frozen("all");
        model = new TinyModel(runtime, options.seed(), frozen, frozen, frozen);
    }

    /** Solves on as many pictures as there are steps, tells the error on others, and writes the weights. */
    void run(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
        int inner = TinyShape.VISION_HIDDEN * TinyShape.GROUP;
        try (TensorScope scope = runtime.openScope()) {
            int size = inner + 1;
            NDArray square = scope.manager().zeros(new Shape(size, size), DOUBLE);
            NDArray mixed = scope.manager().zeros(new Shape(size, TinyShape.HIDDEN), DOUBLE);
            for (long i = 0; i < options.steps(); i++) {
                try (TensorScope step = scope.openChild()) {
                    List<NDArray> rows = rows(FIRST + i, step);
                    call("add_normal_sums", step, rows.get(0), rows.get(1), square, mixed);
                }
            }
            NDArray solution = model.graph()
                    .constant("ridge_solution")
                    .with(square)
                    .with(mixed)
                    .with(RIDGE)
                    .run(scope);
            enter(solution.toFloatArray(), inner);
            System.out.printf(Locale.ROOT, "relative error %.4f on %d other pictures%n", error(scope), CHECKED);
        }
        model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private void call(String method, TensorScope scope, NDArray... tensors) {
        RecordedCall call = model.graph().constant(method);
        for (NDArray tensor : tensors) {
            call.with(tensor);
        }
        call.run(scope);
    }

    private void enter(float[] solution, int inner) {
        int out = TinyShape.HIDDEN;
        float[] weight = new float[out * inner];
        float[] bias = new float[out];
        for (int row = 0; row <= inner; row++) {
            for (int column = 0; column < out; column++) {
                float value = solution[row * out + column];
                if (row == inner) {
                    bias[column] = value;
                } else {
                    weight[column * inner + row] = value;
                }
            }
        }
        model.parameters().set("visual.merger.mlp.2.weight", weight);
        model.parameters().set("visual.merger.mlp.2.bias", bias);
    }

    /** Length of what is missed over the length of what is wanted. */
    private double error(TensorScope scope) {
        TrainableParameters parameters = model.parameters();
        float[] weight = parameters.values("visual.merger.mlp.2.weight");
        float[] bias = parameters.values("visual.merger.mlp.2.bias");
        double missed = 0;
        double wanted = 0;
        for (long i = 0; i < CHECKED; i++) {
            try (TensorScope step = scope.openChild()) {
                List<NDArray> rows = rows(FIRST + options.steps() + i, step);
                float[] from = rows.get(0).toFloatArray();
                float[] to = rows.get(1).toFloatArray();
                int inner = from.length / (to.length / bias.length);
                for (int at = 0; at < to.length; at++) {
                    int row = at / bias.length;
                    int column = at % bias.length;
                    double value = bias[column];
                    for (int k = 0; k < inner; k++) {
                        value += (double) weight[column * inner + k] * from[row * inner + k];
                    }
                    missed += (value - to[at]) * (value - to[at]);
                    wanted += (double) to[at] * to[at];
                }
            }
        }
        return Math.sqrt(missed / wanted);
    }

    private List<NDArray> rows(long number, TensorScope scope) {
        List<Drawing> drawings = List.of(Studio.draw(DrawingRequest.nth(Split.TRAIN, FacePool.SEEN, number)));
        Graph graph = model.graph();
        return graph.constant("graft_rows")
                .with(TowerInput.tensors(drawings, scope))
                .with(model.tower())
                .with(PageSymbols.of(drawings).tensors(scope))
                .with(model.symbols())
                .with(model.parameters().get("model.embed_tokens.weight"))
                .with(TinyShape.VISION_HEADS)
                .with(false)
                .runForList(scope);
    }

    @Override
    public void close() {
        model.close();
    }
}
