package com.example.guide01;

import io.github.glimpse.prune.PruningStrategyContract;
import io.github.glimpse.prune.PruningStrategyFactory;

/** The library's contract, from its test-jar. */
class TextDensityStrategyTest extends PruningStrategyContract {

    @Override
    protected PruningStrategyFactory factory() {
        return new TextDensityStrategyFactory();
    }
}
