package io.github.glimpse.generate;

import io.github.glimpse.serve.Arrival;

/** A listener that cannot keep its request's place beyond the request's time. */
record WatchedListener(GenerationListener listener, Arrival arrival) implements GenerationListener {

    @Override
    public void onText(String text) {
        arrival.call(() -> listener.onText(text));
    }

    @Override
    public void onThinking(String text) {
        arrival.call(() -> listener.onThinking(text));
    }

    @Override
    public void onCallId(int index, String id) {
        arrival.call(() -> listener.onCallId(index, id));
    }

    @Override
    public void onCallPiece(int index, String name, String piece) {
        arrival.call(() -> listener.onCallPiece(index, name, piece));
    }

    @Override
    public void onCall(int index, ToolCall call) {
        arrival.call(() -> listener.onCall(index, call));
    }

    @Override
    public void onStage(Stage stage) {
        arrival.call(() -> listener.onStage(stage));
    }
}
