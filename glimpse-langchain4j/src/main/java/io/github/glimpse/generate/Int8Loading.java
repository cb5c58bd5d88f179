package io.github.glimpse.generate;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.FreedMemory;
import io.github.glimpse.engine.Int8Plan;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.Numerics;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prefill.ScoreLayers;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads a model whose weights become numbers of 8 bits. First its files are mapped in 16 bits, without a copy, and it answers about
 * pictures that are drawn here: that shows which columns of which inputs have to stay in 16 bits. Queries and keys of the layers whose
 * attention the default pruning reads stay so too. Then the mapping is given back, the model is loaded in 8 bits, answers the same, and what
 * has changed is reported.
 *
 * @param load as asked for
 * @param name of the model
 * @param opening opens a model with a library, and closes the library if it fails
 */
record Int8Loading(LoadOptions load, String name, BiFunction<LoadOptions, TorchRuntime, AnswerEngine> opening) {

    private static final Logger LOG = LoggerFactory.getLogger(LoadedModel.class);

    /**
     * Loads.
     *
     * @param runtime of the model; closed if it cannot be opened
     * @param library starts one for the model in 16 bits
     * @throws io.github.glimpse.UnsupportedModelException if this machine multiplies no numbers of 8 bits
     */
    AnswerEngine run(TorchRuntime runtime, Supplier<TorchRuntime> library) {
        Int8Plan plan = new Int8Plan();
        List<Int8Report.Seen> exact;
        try {
            Numerics.requireInt8(runtime, name);
            exact = watched(plan, library.get());
        } catch (RuntimeException | Error e) {
            runtime.close();
            throw e;
        }
        AnswerEngine loaded = opening.apply(load.toBuilder().int8Plan(plan).build(), runtime);
        if (!exact.isEmpty() && loaded instanceof DecoderEngine narrow) {
            try {
                Int8Report report = Int8Report.of(Int8Trial.of(narrow), exact, load.int8Limits());
                narrow.report(report);
                FreedMemory.giveBack();
                LOG.info("Weights of {} in 8 bits against 16: {}", name, report);
                report.warnings().forEach(warning -> LOG.warn("{}: {}", name, warning));
            } catch (RuntimeException | Error e) {
                loaded.close();
                throw e;
            }
        }
        return loaded;
    }

    /** What was seen in 16 bits; nothing if the application's own limits refuse even small pictures. */
    private List<Int8Report.Seen> watched(Int8Plan plan, TorchRuntime runtime) {
        LoadOptions mapped =
                load.toBuilder().weights(WeightFormat.MAPPED).int8Plan(plan).build();
        try (AnswerEngine engine = opening.apply(mapped, runtime)) {
            if (!(engine instanceof DecoderEngine decoder)) {
                return List.of();
            }
            plan.keepExact(ScoreLayers.readBy(
                    engine.schedule(engine.options().pruning()), decoder.model().decoder()));
            List<Int8Report.Seen> exact = Int8Trial.of(decoder);
            plan.settle();
            return exact;
        } catch (GlimpseException e) {
            LOG.warn(
                    "Weights of {} become numbers of 8 bits unseen, as a drawn picture was refused: {}",
                    name,
                    e.getMessage());
            return List.of();
        }
    }
}
