package com.example;

import dev.langchain4j.agent.tool.Tool;
import org.springframework.stereotype.Component;

@Component
class Calculator {

    @Tool("Adds two numbers")
    int add(int first, int second) {
        return first + second;
    }
}
