package com.example.guide01;

import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;

/** Makes {@code last-row}, which looks half way down the decoder. */
public final class LastRowStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "last-row";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        return new LastRowStrategy((context.dimensions().layers() - 1) / 2);
    }
}
