package com.example.guide01;

import io.github.glimpse.prune.PruningStrategyContract;
import io.github.glimpse.prune.PruningStrategyFactory;

class LastRowStrategyTest extends PruningStrategyContract {

    @Override
    protected PruningStrategyFactory factory() {
        return new LastRowStrategyFactory();
    }
}
