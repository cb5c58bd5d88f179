package com.example.cookbook.streaming;

import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.chat.RequestOutcomeListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.stereotype.Component;

/** How the requests ended. */
@Component
class Outcomes implements RequestOutcomeListener {

    private final Queue<RequestOutcome> seen = new ConcurrentLinkedQueue<>();

    @Override
    public void onOutcome(RequestOutcome outcome) {
        seen.add(outcome);
    }

    Queue<RequestOutcome> seen() {
        return seen;
    }
}
