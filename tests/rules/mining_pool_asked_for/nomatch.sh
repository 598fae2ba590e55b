# SPDX-License-Identifier: Apache-2.0
ask pool.ntp.org
ask www.example-nanopool.org
ask swimming.pool.example.org
