package com.example.tests.older;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The plainest application. */
@SpringBootApplication
public class OlderApplication {

    /** Starts and ends it. */
    public static void main(String[] arguments) {
        SpringApplication application = new SpringApplication(OlderApplication.class);
        application.setWebApplicationType(org.springframework.boot.WebApplicationType.NONE);
        application.run(arguments).close();
    }
}
