package io.github.glimpse.examples.quickstart;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The quickstart's application. */
@SpringBootApplication(proxyBeanMethods = false)
public class QuickstartApplication {

    /** Starts it; the arguments are Spring Boot's. */
    public static void main(String[] args) {
        SpringApplication.run(QuickstartApplication.class, args);
    }
}
