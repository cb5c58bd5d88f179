package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.TrainableParameters;
import java.util.List;
import java.util.Locale;

/**
 * Makes eye and symbols agree in closed form (ridge regression). Forward: the eye of one stage is set on the decoder of another, by
 * solving the last product of the merger so that pictures give the symbolic vectors that the decoder knows. Back: the symbols are
 * solved so that they give what the eye of a finished model says, whose file does not hold them; so a shipped model trains on.
 */
final class GraftStage implements AutoCloseable {

    private static final int CHECKED = 40;
    // Far from the numbers of the other stages.
    private static final long FIRST = 1L << 40;

    private final StageOptions options;
    private final boolean back;
    private final Edition edition;
    private final Lessons lessons;
    private final TinyModel model;

    GraftStage(TorchRuntime runtime, StageOptions options, boolean back) {
        this.options = options;
        this.back = back;
        edition = options.edition();
        lessons = edition.lessons(options);
        model = TinyModel.frozen(runtime, edition, options.seed());
    }

    /** Solves on as many pictures as there are steps, tells the error on others, and writes the weights. */
    void run(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(model.parameters(), source));
        try (TensorScope scope = runtime.openScope()) {
            RidgeRegression regression = new RidgeRegression(
                    model.graph(), scope, inputs(), edition.size().hidden());
            for (long i = 0; i < options.steps(); i++) {
                try (TensorScope step = scope.openChild()) {
                    regression.add(rows(FIRST + i, step), step);
                }
            }
            RidgeRegression.Solution solution = regression.solve();
            if (back) {
                enterSymbols(solution);
            } else {
                enterMerger(solution);
            }
            System.out.printf(
                    Locale.ROOT, "relative error %.4f on %d other pictures%n", error(solution, scope), CHECKED);
        }
        model.parameters().save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private int inputs() {
        return back ? edition.symbols().inputs() : Edition.TOWER.joined();
    }

    private void enterMerger(RidgeRegression.Solution solution) {
        model.parameters().set("visual.merger.mlp.2.weight", solution.weight(0, inputs()));
        model.parameters().set("visual.merger.mlp.2.bias", solution.bias());
    }

    /** Every cell has one role, so the bias is theirs. */
    private void enterSymbols(RidgeRegression.Solution solution) {
        TrainableParameters parameters = model.parameters();
        SymbolTensors symbols = edition.symbols();
        parameters.set(symbols.slots(), solution.weight(0, symbols.spelled()));
        float[] roles = rows(solution, symbols.spelled(), symbols.roleCount());
        float[] bias = solution.bias();
        for (int i = 0; i < roles.length; i++) {
            roles[i] += bias[i % bias.length];
        }
        parameters.set(symbols.roles(), roles);
        parameters.set(symbols.others(), rows(solution, symbols.spelled() + symbols.roleCount(), symbols.otherCount()));
    }

    private float[] rows(RidgeRegression.Solution solution, int from, int count) {
        int width = edition.size().hidden();
        float[] rows = new float[count * width];
        for (int i = 0; i < count; i++) {
            System.arraycopy(solution.row(from + i), 0, rows, i * width, width);
        }
        return rows;
    }

    /** Length of what is missed over the length of what is wanted. */
    private double error(RidgeRegression.Solution solution, TensorScope scope) {
        double missed = 0;
        double wanted = 0;
        for (long i = 0; i < CHECKED; i++) {
            try (TensorScope step = scope.openChild()) {
                float[] squares = solution.misses(rows(FIRST + options.steps() + i, step), step);
                missed += squares[0];
                wanted += squares[1];
            }
        }
        return Math.sqrt(missed / wanted);
    }

    private List<NDArray> rows(long number, TensorScope scope) {
        SeenPages page = SeenPages.of(lessons.page(number));
        return model.graph()
                .constant(back ? "symbol_rows" : "graft_rows")
                .with(page.tower(scope))
                .with(model.tower())
                .with(page.symbols(scope))
                .with(model.symbols())
                .with(model.parameters().get(TinyWeights.WORDS))
                .with(Edition.TOWER.heads())
                .with(false)
                .runForList(scope);
    }

    @Override
    public void close() {
        model.close();
    }
}
