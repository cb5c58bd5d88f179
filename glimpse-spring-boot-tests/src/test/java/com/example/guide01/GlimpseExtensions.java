package com.example.guide01;

import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.prune.PruningStrategyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class GlimpseExtensions {

    @Bean
    PruningStrategyFactory lastRow() {
        return new LastRowStrategyFactory();
    }

    @Bean
    ModelFamily receiptFamily() {
        return new ReceiptFamily();
    }
}
