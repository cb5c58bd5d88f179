package io.github.glimpse.generate;

import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.text.Tokenizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * A loaded model that knows what to say: the scores of its next token come from a script, as if it had learned that. All else
 * is the model's own and runs as ever: prompt, tower, cuts, layers, masks, sampler, stop sequences, calls.
 *
 * <p>A script is asked once a request. Its answer is spelled by the model's tokenizer, calls of tools with the markers that the
 * vocabulary has for them, and an end behind it. The scores of other tokens stay those of the model, far below.
 */
public final class ScriptedModel {

    /** Where an answer has this, its scores are no numbers, as those of damaged weights are. */
    public static final String FAILS = "\u0018";

    /** Far above the scores of a model, and a sampler's temperature. */
    private static final float SURE = 1_000;

    private ScriptedModel() {}

    /**
     * Loads a model.
     *
     * @param script makes the answer of a prompt, whose text comes without the marks that guard typed text
     */
    public static LoadedModel load(EngineOptions options, UnaryOperator<String> script) {
        AtomicReference<LoadedModel> loaded = new AtomicReference<>();
        loaded.set(LoadedModel.observed(options, () -> new Scores(loaded.get(), script)));
        return loaded.get();
    }

    /** Loads a model that gives these answers, request by request. */
    public static LoadedModel load(EngineOptions options, List<String> answers) {
        Iterator<String> left = List.copyOf(answers).iterator();
        return load(options, prompt -> {
            synchronized (left) {
                return left.next();
            }
        });
    }

    /** Of one request. */
    private static final class Scores implements StageObserver {

        private final LoadedModel model;
        private final UnaryOperator<String> script;
        private int[] ids = {};
        private boolean fails;

        Scores(LoadedModel model, UnaryOperator<String> script) {
            this.model = model;
            this.script = script;
        }

        @Override
        public void onPrompt(String prompt, PromptLayout layout) {
            String answer = script.apply(Tokenizer.unguard(prompt));
            fails = answer.contains(FAILS);
            String whole = fails ? answer.substring(0, answer.indexOf(FAILS)) : answer;
            ids = model.model().tokenizer().encodePlain(whole);
        }

        @Override
        public void onLogits(int step, float[] logits) {
            if (fails && step >= ids.length) {
                Arrays.fill(logits, Float.NaN);
                return;
            }
            int id = step < ids.length
                    ? ids[step]
                    : model.model().stopIds().iterator().next();
            logits[id] = SURE;
        }
    }
}
