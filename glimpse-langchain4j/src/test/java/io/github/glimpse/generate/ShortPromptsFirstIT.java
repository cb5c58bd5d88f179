package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.generate.PrefixCacheOptions.Scope;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A prompt whose pictures are remembered does not wait for those that have to be computed. */
@Timeout(120)
class ShortPromptsFirstIT {

    private static final byte[] KNOWN = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final byte[] OTHER = TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png");

    private final ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> callers = new ArrayList<>();

    @Test
    void aRequestWhosePicturesAreRememberedGoesFirst() throws Exception {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen()
                .runtime(RuntimeOptions.defaults())
                .prefixCache(PrefixCacheOptions.defaults().withScope(Scope.APPLICATION))
                .build())) {
            model.generate(request(ChatTurn.user("What is it?", KNOWN)));
            CountDownLatch goOn = new CountDownLatch(1);
            hold(model, goOn);
            queue(model, "new picture", ChatTurn.user("And this?", OTHER, KNOWN));
            queue(model, "long text", ChatTurn.user("And this? ".repeat(300)));
            queue(model, "known picture", ChatTurn.user("What colour is it?", KNOWN));
            queue(model, "short text", ChatTurn.user("What can you do?"));
            goOn.countDown();
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertThat(failures).isEmpty();
        // Decoding a picture and telling a listener of a stage happen aside, where others go by.
        assertThat(order).hasSize(4);
        assertThat(List.copyOf(order).subList(0, 2)).containsExactlyInAnyOrder("known picture", "short text");
    }

    /** Takes all places for computing, until it may go on. */
    private void hold(LoadedModel model, CountDownLatch goOn) throws InterruptedException {
        int places = model.runtime().placesAtOnce();
        CountDownLatch held = new CountDownLatch(places);
        for (int i = 0; i < places; i++) {
            start(model, ChatTurn.user("Held " + i), new StageObserver() {
                @Override
                public void onLayer(int layer) {
                    if (layer == 0) {
                        held.countDown();
                        await(goOn);
                    }
                }
            });
        }
        held.await();
    }

    private void queue(LoadedModel model, String name, ChatTurn turn) {
        CountDownLatch prepared = new CountDownLatch(1);
        Thread caller = start(model, turn, new StageObserver() {
            @Override
            public void onPrompt(String prompt, PromptLayout layout) {
                prepared.countDown();
            }

            @Override
            public void onLayer(int layer) {
                if (layer == 0) {
                    order.add(name);
                }
            }
        });
        await(prepared);
        // What comes behind the prompt waits for nothing else.
        while (caller.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private Thread start(LoadedModel model, ChatTurn turn, StageObserver observer) {
        Thread caller = new Thread(() -> {
            try {
                model.generate(request(turn), GenerationListener.NONE, new CancellationSignal(), observer);
            } catch (RuntimeException | Error e) {
                failures.add(e);
            }
        });
        callers.add(caller);
        caller.start();
        return caller;
    }

    private static GenerationRequest request(ChatTurn turn) {
        return new GenerationRequest(
                        List.of(turn),
                        PruningOptions.defaults(),
                        GenerationOptions.builder().maxOutputTokens(2).build())
                .inSession("it");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
