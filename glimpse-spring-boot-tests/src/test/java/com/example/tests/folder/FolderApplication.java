package com.example.tests.folder;

import dev.langchain4j.service.Result;
import dev.langchain4j.service.spring.AiService;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Application that answers from a folder of documents by properties alone. */
@SpringBootApplication
public class FolderApplication {

    /** The service. */
    @AiService
    public interface Documents {

        /** Answers from the folder. */
        Result<String> ask(String question);
    }
}
