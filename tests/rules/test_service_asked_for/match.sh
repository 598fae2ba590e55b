# SPDX-License-Identifier: Apache-2.0
# hits: 2
ask c8v3k2.oast.fun
ask x.y.burpcollaborator.net 28
