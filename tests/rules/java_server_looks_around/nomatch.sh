# SPDX-License-Identifier: Apache-2.0
# fake: /usr/lib/jvm/java-17-openjdk-amd64/bin/java
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar jenkins.war :: sh -xe /tmp/jenkins1234.sh
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -Dproc_namenode org.apache.hadoop.hdfs.server.namenode.NameNode :: whoami
chain /usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar app.jar :: git rev-parse HEAD
